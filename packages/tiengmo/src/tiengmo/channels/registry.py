"""Which channels this installation has. `config` registers them; a higher app may be one too."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.utils.functional import Promise
    from django.utils.safestring import SafeString

    from tiengmo.places.models import Village
    from tiengmo.releases.models import Delivery, Release


class DeliveryError(Exception):
    """A channel could not carry or take back a delivery.

    permanent: trying again will not help. reason: a code of `releases.rules.REASONS`.
    """

    def __init__(self, message: str, *, permanent: bool, reason: str = "error") -> None:
        super().__init__(message)
        self.permanent = permanent
        self.reason = reason


@dataclass(frozen=True)
class Target:
    """Where a release goes on one channel: a loudspeaker box, a page."""

    target: str
    name: str
    village: Village | None = None
    is_online: bool | None = None


@dataclass(frozen=True)
class Outcome:
    """What a channel says of one delivery after it tried. status: a `DeliveryStatus`."""

    delivery: Delivery
    status: str
    reason: str = ""
    detail: str = ""
    reference: str | None = None


@dataclass(frozen=True)
class FormProblem:
    """Why a text does not fit a channel, in the editor's language."""

    field: str
    message: str


@dataclass(frozen=True)
class Forms:
    """The forms of one edition that channels check and preview while it is being written."""

    language: str = "vi"
    headline: str = ""
    short_text: str = ""
    summary: str = ""
    body_html: str = ""
    script: str = ""
    sound_duration_ms: int | None = None
    sound_url: str = ""
    picture: dict[str, object] = field(default_factory=dict)


class Channel(Protocol):
    """One way to reach people. `deliver` and `withdraw` are idempotent and may be called again."""

    @property
    def code(self) -> str: ...

    @property
    def label(self) -> str | Promise: ...

    def targets(self, release: Release) -> Iterable[Target]:
        """Name every target of this release on this channel."""

    def check(self, forms: Forms) -> list[FormProblem]:
        """Say what keeps this text off the channel."""

    def preview(self, forms: Forms) -> SafeString:
        """Show the form as the channel will, as HTML for the staff interface."""

    def deliver(self, release: Release, deliveries: list[Delivery]) -> list[Outcome]:
        """Send to these targets and say what came of each; raise DeliveryError for all of them."""

    def withdraw(self, release: Release, deliveries: list[Delivery]) -> list[Outcome]:
        """Take back from these targets and say what came of each; raise DeliveryError."""


_CHANNELS: dict[str, Channel] = {}


def register(channel: Channel) -> None:
    _CHANNELS[channel.code] = channel


def channel(code: str) -> Channel:
    return _CHANNELS[code]


def channels() -> list[Channel]:
    return list(_CHANNELS.values())
