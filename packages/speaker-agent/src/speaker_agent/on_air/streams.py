"""One live stream on one box: what came of it, how it sounds, and what is reported of it."""

import math
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Self

from speaker_link.kinds import Priority
from speaker_link.messages import CutReason, Outcome, PlayReport
from speaker_link.on_air import HOLD_MS

from speaker_agent.on_air.decoding import Chunk
from speaker_agent.on_air.source import JUMP_SECONDS, LiveSource, Timeline
from speaker_agent.playing.playback import Ending, Playback
from speaker_agent.playing.rules import LiveSound
from speaker_agent.timing import Clock

HOLD_SECONDS = HOLD_MS / 1000
# Time to decode, to hand over and to be awake: nearer than this nothing begins.
BEGIN_MARGIN_SECONDS = 0.3
# So much may be missing of a stream that is reported as played.
TOLERATED_PART = 0.02
KEY_PREFIX = "live/"


def heard_of(playback: Playback) -> int:
    """Samples of sound handed to the output, without the silence where sound was missing."""
    source = playback.source
    silent = source.silent if isinstance(source, LiveSource) else 0
    return max(0, playback.handed - silent)


@dataclass
class StreamProgress:
    """Kept in the journal while the stream is on air."""

    scheduled_start: float
    begin: float = 0.0
    """The instant of the stream's first sample, as far as this box can tell; 0: none came."""
    end: float = 0.0
    sequence: int = -1
    gaps: int = 0
    played: int = 0
    rate: int = 0
    started_at: float | None = None
    energy: float = 0.0
    measured: int = 0
    underruns: int = 0
    reason: str = ""
    """Why it was not heard, the last time that was so."""

    def to_json(self) -> dict[str, Any]:
        """For the journal."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        """From the journal: the program ended while it was on air."""
        return cls(**(kept | {"reason": str(CutReason.RESTARTED)}))


def key_of_stream(station: str, takeover: str, name: str) -> str:
    """A stream's name among all that this box plays."""
    return f"{KEY_PREFIX}{station}/{takeover}.{name}"


class LiveStream:
    """Named by takeover and stream; the timeline is filled by the loop and read by the pacer."""

    def __init__(
        self,
        station: str,
        takeover: str,
        name: str,
        *,
        priority: Priority,
        clock: Clock,
        progress: StreamProgress,
    ) -> None:
        self.station = station
        self.takeover = takeover
        self.name = name
        self.priority = priority
        self.clock = clock
        self.timeline = Timeline()
        self.progress = progress
        self.start = progress.scheduled_start
        self.is_on_air = True
        self.is_spoken_here = False
        self.is_silenced = False
        """An operator stopped it on this box: it does not come back."""

    @property
    def key(self) -> str:
        """Its name among all that this box plays."""
        return key_of_stream(self.station, self.takeover, self.name)

    @property
    def item_id(self) -> str:
        """Its name in reports."""
        return f"{self.takeover}.{self.name}"

    def add(self, chunk: Chunk, *, now: float) -> None:
        """A segment was accepted and decoded."""
        progress = self.progress
        if progress.begin == 0.0:
            # Segments before the first that came are taken as long as that one.
            progress.begin = chunk.instant - chunk.sequence * (chunk.end - chunk.instant)
            progress.rate = chunk.rate
        elif chunk.sequence != progress.sequence + 1 or (
            abs(chunk.instant - progress.end) > JUMP_SECONDS
        ):
            progress.gaps += 1
        progress.sequence = chunk.sequence
        progress.end = max(progress.end, chunk.end)
        self.timeline.add(chunk, now=now)

    def sound(self, now: float) -> LiveSound:
        """What the rules must know of it."""
        begins = math.inf
        can_sound = self.is_on_air and not self.is_silenced
        chunk = self.timeline.after(now + BEGIN_MARGIN_SECONDS) if can_sound else None
        if chunk is not None:
            begins = max(chunk.instant, now + BEGIN_MARGIN_SECONDS)
        return LiveSound(self.key, self.priority, self.start, begins, self.is_spoken_here)

    def open(self, rate: int) -> LiveSource:
        """To be played from any instant on."""
        return LiveSource(self.timeline, self.clock, rate, hold_seconds=HOLD_SECONDS)

    def note(self, playback: Playback, reason: CutReason | None) -> None:
        """A playback of it ended: count what was heard."""
        progress, heard = self.progress, heard_of(playback)
        if heard and playback.first_heard_at is not None:
            progress.played += heard
            if progress.started_at is None:
                progress.started_at = self.clock.server_at(playback.first_heard_at)
        progress.underruns += playback.dry_runs
        if playback.level_dbfs is not None:
            progress.energy += 10 ** (playback.level_dbfs / 10) * playback.handed
            progress.measured += playback.handed
        if playback.ending is not Ending.FINISHED and reason is not None:
            progress.reason = str(reason)

    def report(self, *, over_at: float) -> PlayReport | None:
        """What came out of the stream that is over; None when nothing of it ever came."""
        progress = self.progress
        if progress.begin == 0.0:
            return None
        end = max(progress.begin, min(progress.end, over_at))
        expected = max(0, round((end - progress.begin) * progress.rate))
        common: dict[str, Any] = {
            "item_id": self.item_id,
            "station": self.station,
            "scheduled_start": datetime.fromtimestamp(progress.scheduled_start, UTC),
            "samples_expected": expected,
            "gaps": progress.gaps,
        }
        if progress.started_at is None or not progress.played:
            reason = progress.reason or CutReason.TOO_LATE
            return PlayReport(outcome=Outcome.MISSED, reason=CutReason(reason), **common)
        is_whole = progress.played >= expected * (1 - TOLERATED_PART)
        cause = progress.reason or (CutReason.GAPS if progress.gaps else CutReason.TOO_LATE)
        level = None
        if progress.measured and progress.energy > 0:
            level = round(max(-200.0, 10 * math.log10(progress.energy / progress.measured)), 2)
        return PlayReport(
            outcome=Outcome.PLAYED if is_whole else Outcome.CUT,
            reason=None if is_whole else CutReason(cause),
            started_at=datetime.fromtimestamp(progress.started_at, UTC),
            start_error_ms=round((progress.started_at - progress.scheduled_start) * 1000, 3),
            sample_rate=progress.rate,
            samples_played=progress.played,
            underruns=progress.underruns,
            level_dbfs=level,
            **common,
        )
