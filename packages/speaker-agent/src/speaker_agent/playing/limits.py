"""How much scheduled sound a village has borne today, and whether more would be too much."""

import json
from typing import Self

from speaker_link.kinds import Priority
from speaker_link.messages import Limits
from speaker_link.parts import offset_of

from speaker_agent.playing.progress import Entry

SESSIONS = "sessions"
DAY_SECONDS = 24 * 3600.0
# Without a limit of their own, items this close together are one session.
USUAL_GAP_SECONDS = 300.0


class Sessions:
    """When something below an emergency sounded, in the last days."""

    def __init__(self, spans: list[tuple[float, float]] | None = None) -> None:
        self.spans = spans or []

    def to_json(self) -> str:
        """For the journal."""
        return json.dumps(self.spans)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """From the journal."""
        return cls([(float(start), float(end)) for start, end in json.loads(text)])

    def note(self, start: float, end: float) -> None:
        """Something sounded."""
        self.spans = sorted(
            [span for span in self.spans if span[1] > start - 2 * DAY_SECONDS] + [(start, end)]
        )

    def forbid(self, limits: Limits, entry: Entry, start: float) -> bool:
        """Would this item, begun or gone on with then, be more than the village is to bear?"""
        if entry.is_alert or entry.item.priority is Priority.EMERGENCY:
            return False
        progress = entry.progress
        heard = progress.samples / progress.rate if progress.rate else 0.0
        end = start + max(0.0, entry.edition.duration_ms / 1000 - heard)
        gap = USUAL_GAP_SECONDS if limits.gap_minutes is None else limits.gap_minutes * 60.0
        begins = self._sessions(gap, start)
        session = begins[-1] if begins and begins[-1][1] > start - gap else None
        if limits.session_minutes is not None:
            since = session[0] if session else start
            if end - since > limits.session_minutes * 60:
                return True
        if session is not None or limits.sessions_per_day is None:
            return False
        offset = offset_of(limits.utc_offset).total_seconds()
        midnight = (start + offset) // DAY_SECONDS * DAY_SECONDS - offset
        return sum(one[0] >= midnight for one in begins) >= limits.sessions_per_day

    def _sessions(self, gap: float, before: float) -> list[tuple[float, float]]:
        """Sound with gaps shorter than `gap` between, joined."""
        joined: list[tuple[float, float]] = []
        for start, end in self.spans:
            if start > before:
                break
            if joined and start - joined[-1][1] < gap:
                joined[-1] = (joined[-1][0], max(joined[-1][1], end))
            else:
                joined.append((start, end))
        return joined
