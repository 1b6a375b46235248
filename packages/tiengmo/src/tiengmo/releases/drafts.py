from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from tiengmo.voices.models import Sound


@dataclass(frozen=True)
class RenditionDraft:
    """One language version as it stood when it was cleared, about to be frozen.

    headline: at most 120 characters; short_text: at most 160. picture: {url, width, height, alt,
    credit, focus} or empty. sound: ready, or None for a version without sound.
    """

    language: str
    headline: str
    short_text: str = ""
    summary: str = ""
    body_html: str = ""
    picture: dict[str, object] = field(default_factory=dict)
    script: str = ""
    sound: Sound | None = None


@dataclass(frozen=True)
class Topic:
    """What a release is about, and the last day of what it calls for, if it has one."""

    code: str
    name: str
    closes_on: date | None = None
