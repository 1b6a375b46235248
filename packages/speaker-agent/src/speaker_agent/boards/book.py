"""Which lines a box was given, which of them stand now, and how long each has stood."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

from speaker_link.boards import TextLine, TextReport
from speaker_link.envelope import Message
from speaker_link.kinds import Priority
from speaker_link.messages import Assignment, BoardText

from speaker_agent.on_air.alerts import HeldAlert

from .wording import clean

Reason = Literal["window", "withdrawn", "expired", "pre_empted", "board_failed", "retired"]
Key = tuple[str, str]
"""A station, and a line of it or an alert in one version."""

# What a drill and a test say of themselves before anything else.
_SAID_BEFORE = {"Exercise": "DIỄN TẬP: ", "Test": "THỬ: "}


class Showing(NamedTuple):
    """Words that stand now, or take turns with others."""

    key: Key
    text: str
    language: str | None = None
    until: float | None = None
    """Of an alert."""


@dataclass
class Shown:
    """How long a line has stood. Kept on the disk."""

    language: str | None = None
    text: str = ""
    started_at: float | None = None
    times: int = 0
    shown_ms: int = 0
    is_told: bool = False
    is_alert: bool = False
    until: float | None = None
    # What kept it off the board last.
    hindered_by: str = ""

    def to_json(self) -> dict[str, Any]:
        """As it is kept."""
        return asdict(self)

    def first_report(self, key: Key) -> TextReport:
        """It has stood its whole time."""
        return TextReport(
            station=key[0],
            line_id=key[1],
            state="shown",
            language=self.language,
            text=self.text,
            started_at=_instant(self.started_at or 0),
            times=self.times,
            shown_ms=self.shown_ms,
        )

    def last_report(self, key: Key, reason: Reason, now: float) -> TextReport:
        """It is off for good."""
        if not self.times:
            hindered: Reason = reason
            if reason in ("window", "expired") and self.hindered_by:
                hindered = "board_failed" if self.hindered_by == "board_failed" else "pre_empted"
            return TextReport(
                station=key[0],
                line_id=key[1],
                state="missed",
                reason=hindered,
                ended_at=_instant(now),
                shown_ms=self.shown_ms,
            )
        return TextReport(
            station=key[0],
            line_id=key[1],
            state="over",
            reason=reason,
            language=self.language,
            text=self.text,
            started_at=_instant(self.started_at or 0),
            ended_at=_instant(now),
            times=self.times,
            shown_ms=self.shown_ms,
        )


def _instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(max(seconds, 1e9), UTC)


@dataclass
class TextBook:
    """The texts that a box goes by, each in its newest version."""

    texts: dict[str, Message[BoardText]] = field(default_factory=dict)

    def lines(self, assignment: Assignment) -> dict[Key, tuple[TextLine, datetime]]:
        """The lines that are this box's business, and until when their message lives."""
        return {
            (station, line.id): (line, message.exp)
            for station, message in self.texts.items()
            if station in assignment.stations
            for line in message.body.lines_for(assignment.areas)
        }

    def due(self, assignment: Assignment, now: float) -> list[tuple[Key, TextLine]]:
        """The lines whose time it is, the highest priority there is first."""
        instant = _instant(now)
        found = [
            (key, line)
            for key, (line, exp) in self.lines(assignment).items()
            if line.is_due(instant) and instant < exp
        ]
        return sorted(found, key=lambda one: -Priority(one[1].priority).rank)


def alert_key(held: HeldAlert) -> Key:
    """What its standing on the board is called in reports."""
    return held.body.station, f"{held.body.alert}.{held.body.version}"


def alerts_now(held: Iterable[HeldAlert], *, now: float, counter: float) -> list[Showing]:
    """The alerts that have the board."""
    found = []
    for one in held:
        body = one.body
        if one.is_without_time:
            stands = counter - one.arrived_at < one.until - one.start
        else:
            stands = one.start <= now < one.until
        text = clean(_SAID_BEFORE.get(body.status, "") + body.title)
        if stands and text and body.msg_type != "Cancel":
            found.append(Showing(alert_key(one), text, until=one.until))
    return found


def lines_now(book: TextBook, assignment: Assignment, now: float) -> tuple[list[Showing], set[Key]]:
    """The lines that take turns, and those that must wait for higher ones."""
    due = book.due(assignment, now)
    highest = due[0][1].priority if due else ""
    turns = []
    for key, line in due:
        if line.priority == highest:
            edition = line.edition_for(assignment.languages)
            turns.append(Showing(key, edition.text, edition.language))
    return turns, {key for key, line in due if line.priority != highest}
