"""How far one item came on this box: what is written down before and after each step."""

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, Self

from speaker_link.messages import CutReason, Edition, ScheduleItem


class Stage(StrEnum):
    """Where an item stands."""

    WAITING = "waiting"
    STARTED = "started"  # written before its first sample
    INTERRUPTED = "interrupted"
    DONE = "done"  # played, cut for good, or missed; its report is written


@dataclass
class Progress:
    """Kept in the journal, one for each item."""

    stage: Stage = Stage.WAITING
    held: str = ""
    """The sound that was reported as held."""
    sha256: str = ""
    language: str = ""
    rate: int = 0
    samples: int = 0
    """Samples of the sound that were handed to the device, all parts together."""
    expected: int = 0
    energy: float = 0.0
    """Sum of squares, full scale 1, over `measured` samples."""
    measured: int = 0
    underruns: int = 0
    started_at: float | None = None
    """The server's time of the first sample."""
    start_error: float | None = None
    reason: CutReason | None = None

    def to_json(self) -> dict[str, Any]:
        """For the journal."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        """From the journal. What was playing when the process ended was cut by that."""
        progress = cls(**kept)
        progress.stage = Stage(progress.stage)
        progress.reason = CutReason(progress.reason) if progress.reason else None
        if progress.stage is Stage.STARTED:
            progress.stage = Stage.INTERRUPTED
            progress.reason = CutReason.RESTARTED
        return progress


@dataclass
class Entry:
    """An item that speaks to this box, in the edition that this box plays."""

    station: str
    item: ScheduleItem
    edition: Edition
    progress: Progress
    is_listed: bool = True
    """Stands in the newest version of its station's schedule."""
    is_withdrawn: bool = False
    is_without_time: bool = False
    """An emergency that came while the box did not know the time: played when it can be."""
    is_alert: bool = False
    """A repetition of an alert: above every schedule."""
    is_held: bool = False
    is_bad_sound: bool = False
    obstacle: CutReason | None = None
    """Why it did not begin, at the last look inside its window."""
    not_before: float = 0.0
    """After a failure of the device: when to try again (server's time)."""

    @property
    def key(self) -> str:
        """Its name on this box: two stations may use the same id."""
        return key_of(self.station, self.item.id)

    @property
    def start(self) -> float:
        """Its instant, in seconds since 1970."""
        return self.item.start.timestamp()

    @property
    def start_before(self) -> float:
        """When it is too late to begin, or to go on."""
        return self.item.start_before.timestamp()

    @property
    def is_done(self) -> bool:
        """Nothing will happen to it any more."""
        return self.progress.stage is Stage.DONE

    @property
    def has_begun(self) -> bool:
        """Has any part of it been heard?"""
        return self.progress.stage in (Stage.STARTED, Stage.INTERRUPTED)


def key_of(station: str, item_id: str) -> str:
    """The name of a station's item on this box."""
    return f"{station}/{item_id}"
