"""When sound that comes over a network was spoken: from its arrival and the count of samples.

The most punctual piece of the last ten seconds says how the sender's clock runs against ours; the
stream's stamps follow it by at most a millisecond a second, which nobody hears. A piece that comes
too late to be played at its instant is not played later than the rest: it is left out, with all
that piled up behind it, and the stream goes on at the live edge after a gap.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from tiengmo.voices.audio.constants import RATE

WINDOW_SECONDS = 10.0
SLEW = 0.001  # seconds a second
LATE_DRIFT, EARLY_DRIFT = 0.02, -0.06
# After a standstill a network hands over all it held; what follows is live.
SETTLE_SECONDS = 0.15
# So much ahead of the clock a source may run before it is held back.
MOST_AHEAD = 0.25


@dataclass(frozen=True)
class Placed:
    """What to do with a piece: where it belongs (None: leave it out), and how far ahead it is."""

    position: int | None
    # So many of its first samples belong where something else is playing already.
    skip: int = 0
    ahead: float = 0.0
    slew: float = 0.0


class Timeline:
    """`late` is how many seconds after its instant a piece is still worth playing."""

    def __init__(self, *, late: float, settles: bool = True) -> None:
        self._late = late
        self._settles = settles
        self._anchored = False
        self._settled_at: float | None = None
        self._lateness: deque[tuple[float, float]] = deque()
        self._taken = 0
        self._punctual: int | None = None

    def lose(self) -> None:
        """The source is gone: the next piece begins anew."""
        self._anchored = False
        self._settled_at = None
        self._lateness.clear()
        self._taken = 0
        self._punctual = None

    def place(self, samples: int, *, arrival: int, position: int, now: float) -> Placed:
        """Say where a piece goes.

        arrival: the position that is captured now, so where the piece ends if it is punctual.
        position: where the stream stands. now: any clock's seconds.
        """
        if not self._anchored:
            return self._anchor(samples, arrival, position, now)
        lateness = (arrival - position - samples) / RATE
        if lateness > self._late:
            self.lose()
            return self._anchor(samples, arrival, position, now)
        self._lateness.append((now, lateness))
        while now - self._lateness[0][0] > WINDOW_SECONDS:
            self._lateness.popleft()
        return Placed(position, ahead=-lateness, slew=self._slew(now, samples))

    def _anchor(self, samples: int, arrival: int, position: int, now: float) -> Placed:
        # Pieces that are left out still tell when the sender began: the most punctual of them.
        self._taken += samples
        began = arrival - self._taken
        self._punctual = began if self._punctual is None else min(self._punctual, began)
        if self._settles:
            if self._settled_at is None:
                self._settled_at = now + SETTLE_SECONDS
            if now < self._settled_at:
                return Placed(None)
        ends = self._punctual + self._taken
        if ends <= position:
            return Placed(None)
        begins = ends - samples
        self._anchored = True
        self._settled_at = None
        return Placed(max(begins, position), skip=max(0, position - begins))

    def _slew(self, now: float, samples: int) -> float:
        if now - self._lateness[0][0] < WINDOW_SECONDS * 0.8:
            return 0.0
        punctual = min(lateness for _at, lateness in self._lateness)
        if LATE_DRIFT >= punctual >= EARLY_DRIFT:
            return 0.0
        slew = (SLEW if punctual > 0 else -SLEW) * samples / RATE
        self._lateness = deque((at, lateness - slew) for at, lateness in self._lateness)
        return slew
