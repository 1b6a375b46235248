"""Filling templates, and what must be said of an alert: pure functions."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# How long a composed alert waits for its second signature before it must be looked at again.
WAITS = timedelta(minutes=30)
# An all-clear is said to boxes that come back within this time.
ALL_CLEAR_STANDS = timedelta(minutes=30)
LONGEST = timedelta(hours=24)
SHORTEST = timedelta(minutes=5)
LONGEST_SCRIPT = 1500

_BLANK = re.compile(r"\{([a-z_]{1,30})\}")
_OPTIONAL = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)


def blanks_in(text: str) -> set[str]:
    return set(_BLANK.findall(text))


def fill(text: str, given: Mapping[str, str]) -> str:
    """Put what was given into a template's text; [[parts]] with an empty blank are left out."""

    def optional(match: re.Match[str]) -> str:
        inner = match[1]
        return inner if all(given.get(name, "").strip() for name in blanks_in(inner)) else ""

    def blank(match: re.Match[str]) -> str:
        return " ".join(given.get(match[1], "").split())

    filled = _BLANK.sub(blank, _OPTIONAL.sub(optional, text))
    lines = (" ".join(line.split()) for line in filled.splitlines())
    return "\n".join(line for line in lines if line)


def frame_of(status: str) -> tuple[str, str]:
    """What is said before and after an alert that is not a true one.

    In Vietnamese whatever language the person who writes it reads: villages hear it.
    """
    if status == "Exercise":
        return (
            "Đây là diễn tập. Xin nhắc lại: đây là diễn tập, không phải tình huống thật.",
            "Đây là diễn tập. Bà con không phải làm gì. Hết thông báo diễn tập.",
        )
    if status == "Test":
        return "Thử kỹ thuật.", "Hết phần thử kỹ thuật."
    return "", ""


def script_of(*, status: str, headline: str, description: str, instruction: str) -> str:
    """The words that loudspeakers say. A drill and a test say so before and after."""
    before, after = frame_of(status)
    parts = (before, headline, description, instruction, after)
    return "\n".join(_sentence(part) for part in parts if part)


def headline_of(*, status: str, headline: str) -> str:
    """What is read first says at once when it is no real alert."""
    if status == "Exercise":
        return f"DIỄN TẬP: {headline}"
    if status == "Test":
        return f"THỬ KỸ THUẬT: {headline}"
    return headline


def _sentence(text: str) -> str:
    text = text.strip()
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def new_wire_id() -> str:
    return secrets.token_urlsafe(12)


def new_identifier(station_code: str, now: datetime) -> str:
    """A CAP identifier: unique for ever, without a space, a comma, "<" or "&"."""
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    return f"TM-{station_code}-{stamp}-{secrets.token_hex(4)}"


def repeat_ms(repeat_minutes: int, longest_ms: int) -> int:
    """Start to start; never so soon that the words overlap themselves."""
    if not repeat_minutes:
        return 0
    return max(repeat_minutes * 60_000, longest_ms + 5_000)
