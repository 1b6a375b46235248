"""What stands in the `body` of a message: first what boxes are told, then what they tell."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from speaker_link.boards import BoardText, TextEdition, TextLine, TextReport
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
from speaker_link.on_air import Alert, Live, Takeover
from speaker_link.parts import Body, Edition, Limits, Prefetch, QuietHours, VolumeHours, edition_for
from speaker_link.plays import CutReason, Outcome, PlayReport
from speaker_link.updates import MAX_UPDATE_TEXT, MAX_UPDATES

__all__ = [
    "Ack",
    "Alert",
    "Assignment",
    "BoardText",
    "Body",
    "Broker",
    "BrokerAddress",
    "Command",
    "CommandAction",
    "CommandResult",
    "CutReason",
    "Edition",
    "EnrolmentAnswer",
    "EnrolmentRequest",
    "Held",
    "Limits",
    "Live",
    "LogReport",
    "Outcome",
    "PlayReport",
    "Prefetch",
    "QuietHours",
    "RefusalReport",
    "Revocations",
    "RevokedKey",
    "RootRotation",
    "Schedule",
    "ScheduleItem",
    "StationVersion",
    "Status",
    "Takeover",
    "TextEdition",
    "TextLine",
    "TextReport",
    "TimeAnswer",
    "TimeRequest",
    "VolumeHours",
]

MAX_ITEMS = 500
MAX_PREFETCH = 100


# --- to boxes ---------------------------------------------------------------------------------


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
        return edition_for(self.editions, languages)


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
    # Sounds to hold before anything names them: an alert's that waits for its second signature.
    prefetch: Annotated[list[Prefetch], Field(max_length=MAX_PREFETCH)] = []

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


class Assignment(Body):
    """Where a box stands and what it obeys. `areas` runs from its village up to the locality."""

    version: Version
    serial: Serial
    areas: Annotated[list[AreaCode], Field(min_length=1, max_length=32)]
    languages: Annotated[list[Language], Field(min_length=1, max_length=16)]
    quiet_hours: Annotated[list[QuietHours], Field(max_length=8)]
    limits: Limits | None = None
    volume: Percent
    max_volume: Percent
    stations: Annotated[list[AreaCode], Field(max_length=32)]
    gateway_url: Annotated[str, Field(pattern=r"^https?://[!-~]{1,200}$")]
    is_test_mode: bool
    # The first entry that covers the instant counts; outside of all of them `volume` does.
    volume_hours: Annotated[list[VolumeHours], Field(max_length=24)] = []

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if max(self.volume, *(one.volume for one in self.volume_hours), 0) > self.max_volume:
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
    SEND_LOG = "send_log"
    SELF_TEST = "self_test"
    INSTALL_UPDATE = "install_update"
    CANCEL_UPDATE = "cancel_update"


MAX_LOG_LINES = 500


class Command(Body):
    """Do this once, before the message expires.

    `volume` belongs to set_volume, `duration_ms` to test_tone; `item_id` narrows stop to one item,
    without it the box stops whatever plays. `lines` belongs to send_log, `is_silent` to self_test,
    `updates` (signed texts of kind `update`, for different platforms) to install_update.
    """

    action: Annotated[CommandAction, Field(strict=False)]
    volume: Percent | None = None
    duration_ms: Annotated[int, Field(ge=100, le=60_000)] | None = None
    item_id: Identifier | None = None
    lines: Annotated[int, Field(ge=1, le=MAX_LOG_LINES)] | None = None
    is_silent: bool | None = None
    updates: (
        Annotated[
            list[Annotated[str, Field(min_length=1, max_length=MAX_UPDATE_TEXT)]],
            Field(min_length=1, max_length=MAX_UPDATES),
        ]
        | None
    ) = None

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if (self.lines is not None) != (self.action is CommandAction.SEND_LOG):
            raise ValueError("lines belongs to send_log")
        if (self.is_silent is not None) != (self.action is CommandAction.SELF_TEST):
            raise ValueError("is_silent belongs to self_test")
        if (self.updates is not None) != (self.action is CommandAction.INSTALL_UPDATE):
            raise ValueError("updates belongs to install_update")
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


HostName = Annotated[str, Field(pattern=r"^[0-9A-Za-z._:-]{1,253}$")]
Port = Annotated[int, Field(ge=1, le=65535)]


class BrokerAddress(Wire):
    host: HostName
    port: Port


class Broker(Wire):
    host: HostName
    port: Port
    # Other nodes of the same cluster, to be tried in this order when one does not answer.
    others: Annotated[list[BrokerAddress], Field(min_length=1, max_length=8)] | None = None
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
    # The life of the operating system's counter: another one means that the power was off.
    boot_id: Identifier | None = None
    # Since the program began: how long it runs, and what it took from and gave to the network.
    running_seconds: Count | None = None
    bytes_in: Count | None = None
    bytes_out: Count | None = None
    # Sounds that its schedules name and that are not here.
    missing_sounds: Count | None = None
    is_test_mode: bool | None = None
    # Only where there is a text board: what drives it, with what is wrong with it, and which
    # version of each station's texts it goes by.
    board: Text | None = None
    texts: Annotated[list[StationVersion], Field(max_length=32)] | None = None
    last_refusal: "RefusalReport | None" = None


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
    # What a self-test found wrong: names, so that a server can say them in its own language.
    findings: Annotated[list[Identifier], Field(max_length=16)] = []


class LogReport(Body):
    """A part of what the box's program wrote down, oldest line first: the answer to send_log."""

    command_id: Identifier
    part: Annotated[int, Field(ge=1, le=MAX_LOG_LINES)]
    parts: Annotated[int, Field(ge=1, le=MAX_LOG_LINES)]
    lines: Annotated[list[Text], Field(max_length=MAX_LOG_LINES)]

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if self.part > self.parts:
            raise ValueError("a part beyond the last")
        return self


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
