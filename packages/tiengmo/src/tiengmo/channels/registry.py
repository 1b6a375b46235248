"""Which channels this installation has. `config` registers them; a higher app may be one too."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

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


class Standing(StrEnum):
    """Where something of a release is that was taken back or replaced."""

    WAITING = "waiting"  # out there, or not known to be gone
    GONE = "gone"  # cannot be taken back: heard, handed out, on a telephone
    TAKEN_BACK = "taken_back"  # confirmed


@dataclass(frozen=True)
class TrailAct:
    """What a person ticks off: posts to `url`. For editors and propagandists of the village."""

    url: str
    label: str


@dataclass(frozen=True)
class TrailRow:
    """What became of a release that was taken back or replaced, in one place on one channel.

    count: things (boxes, telephones, sheets). since: of what is out there, since when; of what was
    taken back, when that was confirmed. by: who or what confirmed it. follows: what goes after what
    cannot be taken back; is_followed: whether it has arrived there, None where nothing follows.
    """

    standing: Standing
    where: str
    count: int = 1
    village: Village | None = None
    since: datetime | None = None
    by: str = ""
    note: str = ""
    follows: str = ""
    is_followed: bool | None = None
    act: TrailAct | None = None


@dataclass(frozen=True)
class Trail:
    """One channel's account: `rows_of(release)`, and how it counts (`12 loa`)."""

    code: str
    label: str | Promise
    rows_of: Callable[[Release], Iterable[TrailRow]]
    counted: Callable[[int], str]


_TRAILS: dict[str, Trail] = {}


def leave_trail(trail: Trail) -> None:
    """Have the page of what is still out there tell a channel's part in the channel's own words.

    A channel without one is told from its deliveries.
    """
    _TRAILS[trail.code] = trail


def trails() -> dict[str, Trail]:
    return dict(_TRAILS)


# How channels count households, as they store it with a receipt → as people read it.
_METHODS: dict[str, str | Promise] = {}


def explain_method(method: str, text: str | Promise) -> None:
    """Have reach write a method of counting, and how far to trust it, in these words."""
    _METHODS[method] = text


def method_text(method: str) -> str | Promise:
    return _METHODS.get(method, method)


_CHANNELS: dict[str, Channel] = {}


def register(channel: Channel) -> None:
    _CHANNELS[channel.code] = channel


def channel(code: str) -> Channel:
    return _CHANNELS[code]


def channels() -> list[Channel]:
    return list(_CHANNELS.values())
