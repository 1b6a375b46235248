"""What stands in the `body` of a message: first what boxes are told, then what they tell."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from speaker_link.fields import (
    AreaCode,
    Count,
    Identifier,
    Instant,
    Jwk,
    KeyName,
    Language,
    Milliseconds,
    Percent,
    PriorityName,
    Serial,
    Sha256,
    Text,
    Title,
    Version,
    Wire,
)
from speaker_link.kinds import Priority

MAX_ITEMS = 500
MINUTES_A_DAY = 24 * 60


class Body(Wire):
    """A message's body. Personal data: none, in any of them."""


# --- to boxes ---------------------------------------------------------------------------------


class Edition(Wire):
    """One language's sound, named by its content: GET {gateway}/speaker/1/sound/{sha256}."""

    language: Language
    sha256: Sha256
    bytes: Annotated[int, Field(ge=1, le=2**31)]
    duration_ms: Annotated[int, Field(ge=1, le=24 * 3600 * 1000)]


class ScheduleItem(Wire):
    """Something to play at `start`, or as soon as possible until `start_before`."""

    id: Identifier
    start: Instant
    start_before: Instant
    priority: PriorityName
    areas: Annotated[list[AreaCode], Field(min_length=1, max_length=1000)]
    title: Title
    editions: Annotated[list[Edition], Field(min_length=1, max_length=20)]

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if self.start_before <= self.start:
            raise ValueError("start_before is not after start")
        return self

    def edition_for(self, languages: Iterable[str]) -> Edition:
        """The first edition in the box's own order of languages, or the first there is."""
        by_language = {edition.language: edition for edition in reversed(self.editions)}
        for language in languages:
            if language in by_language:
                return by_language[language]
        return self.editions[0]


class Schedule(Body):
    """All of a station's items that start between `valid_from` and `valid_to`.

    It replaces every earlier version: an item that is gone and has not started is not played. Only
    an item in `withdrawn_items` is stopped while it plays, and its sound is forgotten.
    """

    version: Version
    station: AreaCode
    valid_from: Instant
    valid_to: Instant
    items: Annotated[list[ScheduleItem], Field(max_length=MAX_ITEMS)]
    withdrawn_items: Annotated[list[Identifier], Field(max_length=MAX_ITEMS)] = []

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if self.valid_to <= self.valid_from:
            raise ValueError("valid_to is not after valid_from")
        names = {item.id for item in self.items}
        if len(names) != len(self.items):
            raise ValueError("two items have one id")
        if not names.isdisjoint(self.withdrawn_items):
            raise ValueError("an item is withdrawn and scheduled at once")
        return self

    @property
    def highest_priority(self) -> Priority:
        return max(
            (item.priority for item in self.items),
            key=lambda priority: priority.rank,
            default=Priority.ROUTINE,
        )

    def items_for(self, areas: Iterable[str]) -> list[ScheduleItem]:
        """The items that speak to a box with these area codes; the others are not its business."""
        own = set(areas)
        return [item for item in self.items if not own.isdisjoint(item.areas)]


class QuietHours(Wire):
    """Local times between which only an emergency speaks; past midnight when `ends` is earlier.

    The offset from UTC is spelt out so that a box needs no table of time zones.
    """

    starts: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
    ends: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
    utc_offset: Annotated[str, Field(pattern=r"^[+-](0\d|1[0-4]):[0-5]\d$")]

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if self.starts == self.ends:
            raise ValueError("quiet hours without length")
        return self

    def covers(self, instant: datetime) -> bool:
        hours, minutes = int(self.utc_offset[1:3]), int(self.utc_offset[4:])
        offset = timedelta(hours=hours, minutes=minutes)
        offset = -offset if self.utc_offset.startswith("-") else offset
        local = (instant.replace(tzinfo=None) - (instant.utcoffset() or timedelta())) + offset
        minute = local.hour * 60 + local.minute
        starts, ends = (int(text[:2]) * 60 + int(text[3:]) for text in (self.starts, self.ends))
        return (minute - starts) % MINUTES_A_DAY < (ends - starts) % MINUTES_A_DAY


class Assignment(Body):
    """Where a box stands and what it obeys. `areas` runs from its village up to the locality."""

    version: Version
    serial: Serial
    areas: Annotated[list[AreaCode], Field(min_length=1, max_length=32)]
    languages: Annotated[list[Language], Field(min_length=1, max_length=16)]
    quiet_hours: Annotated[list[QuietHours], Field(max_length=8)]
    volume: Percent
    max_volume: Percent
    stations: Annotated[list[AreaCode], Field(max_length=32)]
    gateway_url: Annotated[str, Field(pattern=r"^https?://[!-~]{1,200}$")]
    is_test_mode: bool

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if self.volume > self.max_volume:
            raise ValueError("volume is above max_volume")
        return self


class RevokedKey(Wire):
    """A certificate's serial, or a key with every certificate it has or will have."""

    certificate: Identifier | None = None
    kid: KeyName | None = None
    revoked_at: Instant
    reason: Text = ""

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if (self.certificate is None) == (self.kid is None):
            raise ValueError("either a certificate or a kid")
        return self


class Revocations(Body):
    """The whole list; signed by the root key itself. What once stood on it stays on it."""

    version: Version
    revoked: Annotated[list[RevokedKey], Field(max_length=1000)]


class RootRotation(Body):
    """A new root key, signed by the old one and by itself. The old one counts until `old_until`."""

    version: Version
    new_root: Jwk
    old_until: Instant


class CommandAction(StrEnum):
    SET_VOLUME = "set_volume"
    TEST_TONE = "test_tone"
    STOP = "stop"
    REFRESH_SCHEDULE = "refresh_schedule"
    RETIRE = "retire"


class Command(Body):
    """Do this once, before the message expires.

    `volume` belongs to set_volume, `duration_ms` to test_tone; `item_id` narrows stop to one item,
    without it the box stops whatever plays.
    """

    action: Annotated[CommandAction, Field(strict=False)]
    volume: Percent | None = None
    duration_ms: Annotated[int, Field(ge=100, le=60_000)] | None = None
    item_id: Identifier | None = None

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if (self.volume is not None) != (self.action is CommandAction.SET_VOLUME):
            raise ValueError("volume belongs to set_volume")
        if (self.duration_ms is not None) != (self.action is CommandAction.TEST_TONE):
            raise ValueError("duration_ms belongs to test_tone")
        if self.item_id is not None and self.action is not CommandAction.STOP:
            raise ValueError("item_id belongs to stop")
        return self


class TimeAnswer(Body):
    nonce: Identifier
    received_at: Instant
    sent_at: Instant


class Ack(Body):
    """Messages of the box that are stored for good: it may forget them."""

    ids: Annotated[list[Identifier], Field(min_length=1, max_length=1000)]


class Broker(Wire):
    host: Annotated[str, Field(pattern=r"^[0-9A-Za-z._:-]{1,253}$")]
    port: Annotated[int, Field(ge=1, le=65535)]
    uses_tls: bool
    # PEM of the authority to trust, when it is not one that the box knows already.
    authority: Annotated[str, Field(max_length=16_384)] | None = None
    username: Annotated[str, Field(min_length=1, max_length=128)]
    password: Annotated[str, Field(min_length=1, max_length=256)]


class EnrolmentAnswer(Body):
    """For the box that holds the key `kid`; `assignment` is the signed text of its first one."""

    serial: Serial
    kid: KeyName
    broker: Broker
    assignment: str


# --- from boxes -------------------------------------------------------------------------------


class StationVersion(Wire):
    station: AreaCode
    version: Version


class Status(Body):
    """How a box is. The will is the same message with `state` offline, signed before connecting."""

    state: Literal["online", "offline", "retired"]
    agent_version: Text
    output: Text = ""
    volume: Percent | None = None
    time_is_trusted: bool = False
    # Server clock minus the box's own.
    clock_offset_ms: Annotated[float, Field(ge=-1e13, le=1e13)] | None = None
    playing_item: Identifier | None = None
    next_item: Identifier | None = None
    next_start: Instant | None = None
    held_items: Annotated[list[Identifier], Field(max_length=MAX_ITEMS)] = []
    schedules: Annotated[list[StationVersion], Field(max_length=32)] = []
    assignment_version: Version | None = None
    free_bytes: Count | None = None
    last_refusal: "RefusalReport | None" = None


class Outcome(StrEnum):
    PLAYED = "played"
    CUT = "cut"
    MISSED = "missed"


class CutReason(StrEnum):
    """Why an item was cut or missed."""

    NO_SOUND = "no_sound"
    BAD_SOUND = "bad_sound"
    TOO_LATE = "too_late"
    UNTRUSTED_TIME = "untrusted_time"
    QUIET_HOURS = "quiet_hours"
    PRE_EMPTED = "pre_empted"
    WITHDRAWN = "withdrawn"
    STOPPED = "stopped"
    RESTARTED = "restarted"
    DEVICE_FAILED = "device_failed"
    MUTED = "muted"
    RETIRED = "retired"


class PlayReport(Body):
    """What came out, counted at the sound device. The envelope's `id` is the report's id."""

    item_id: Identifier
    station: AreaCode
    outcome: Annotated[Outcome, Field(strict=False)]
    reason: Annotated[CutReason, Field(strict=False)] | None = None
    language: Language | None = None
    sha256: Sha256 | None = None
    scheduled_start: Instant
    # On the server's clock, of the first sample; the error is this minus the scheduled start.
    started_at: Instant | None = None
    start_error_ms: Annotated[float, Field(ge=-1e13, le=1e13)] | None = None
    sample_rate: Annotated[int, Field(ge=8000, le=192_000)] | None = None
    samples_expected: Count = 0
    samples_played: Count = 0
    underruns: Count = 0
    # RMS of what was handed to the device, full scale sine = -3.01; digital silence is null.
    level_dbfs: Annotated[float, Field(ge=-200, le=10)] | None = None

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if (self.outcome is Outcome.PLAYED) != (self.reason is None):
            raise ValueError("a reason belongs to what was cut or missed, and only to it")
        if self.outcome is Outcome.MISSED:
            if self.samples_played or self.started_at is not None:
                raise ValueError("what was missed has no sound")
        elif (
            self.started_at is None
            or self.start_error_ms is None
            or self.sample_rate is None
            or self.sha256 is None
            or self.language is None
        ):
            raise ValueError("what sounded has an edition, a start and a sample rate")
        return self


class Held(Body):
    """The item's sound is on the box, whole and verified."""

    item_id: Identifier
    sha256: Sha256


class RefusalReport(Body):
    """What a box did not obey. `reason` is a `RefusalReason`; an older server shows newer ones."""

    message_id: Identifier | None = None
    topic: Text
    reason: Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")]
    detail: Text = ""
    refused_at: Instant


class CommandResult(Body):
    command_id: Identifier
    outcome: Literal["done", "failed"]
    detail: Text = ""
    finished_at: Instant


class TimeRequest(Body):
    nonce: Identifier
    # The box's own clock, uncorrected.
    sent_at: Instant
    round_trip_ms: Milliseconds | None = None


class EnrolmentRequest(Body):
    """Signed with `key` itself: whoever sends it holds the private part and knows the code."""

    code: Annotated[str, Field(pattern=r"^TM-[0-9A-Z-]{1,60}$")]
    key: Jwk
    model: Title
    agent_version: Title
