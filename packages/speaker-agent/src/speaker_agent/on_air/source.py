"""A live stream as the player reads it: every sample at its own instant on the server's clock."""

import threading
from collections import deque

import numpy as np

from speaker_agent.on_air.decoding import Chunk, fade_in
from speaker_agent.outputs.base import Pcm
from speaker_agent.timing import Clock

# Further away than this and the sound is placed anew; nearer, it is stretched a little.
JUMP_SECONDS = 0.02
# What one edge is off before anything is done about it: the instants are in milliseconds.
TOLERATED_SECONDS = 0.0006
STRETCH = 200
# Silence is written no further ahead than this: the segment may still come.
PATIENCE_SECONDS = 0.25
# Kept behind the ear: what is taken back of the queue may be read again.
BEHIND_SECONDS = 3.0
# No studio speaks further ahead.
AHEAD_SECONDS = 60.0


class Timeline:
    """The chunks of one stream around now. The event loop adds, the pacer's thread reads."""

    def __init__(self) -> None:
        self._chunks: deque[Chunk] = deque()
        self._lock = threading.Lock()
        self.end = 0.0
        """The instant after the last sample that came."""
        self.has_last = False

    def add(self, chunk: Chunk, *, now: float) -> None:
        """The next chunk; what nobody will read any more is forgotten."""
        with self._lock:
            while self._chunks and self._chunks[0].end < now - BEHIND_SECONDS:
                self._chunks.popleft()
            self._chunks.append(chunk)
            self.end = max(self.end, chunk.end)
            self.has_last = chunk.is_last

    def forget(self) -> None:
        """The clock was set: what came before it has no place any more."""
        with self._lock:
            self._chunks.clear()
            self.end = 0.0

    def after(self, instant: float) -> Chunk | None:
        """The chunk that sounds at an instant, or the next one to come."""
        with self._lock:
            return next((c for c in self._chunks if c.end > instant), None)

    def following(self, chunk: Chunk) -> Chunk | None:
        """The chunk that came after this one."""
        with self._lock:
            return next((c for c in self._chunks if c.sequence > chunk.sequence), None)


class LiveSource:
    """Reads a timeline from wherever its reader is."""

    failure: str | None = None

    def __init__(self, timeline: Timeline, clock: Clock, rate: int, *, hold_seconds: float) -> None:
        self._timeline = timeline
        self._clock = clock
        self._rate = rate
        self._hold = hold_seconds
        self._chunk: Chunk | None = None
        self._pcm: Pcm = np.empty(0, np.int16)
        self._at = 0
        self._due = 0.0
        """The instant at which the next sample would be heard if nothing drifted."""
        self.silent = 0
        """Samples of silence that were given where sound was missing."""

    def read_at(self, count: int, at: float) -> Pcm | None:
        """Up to `count` samples, the first to be heard at `at` (our counter)."""
        instant = self._clock.server_at(at)
        if abs(instant - self._due) > JUMP_SECONDS:
            # The queue was taken back, or ran dry: find the place again.
            self._chunk = None
        parts: list[Pcm] = []
        while count > 0:
            part = self._next_part(count, instant)
            if part is None or not len(part):
                break
            parts.append(part)
            count -= len(part)
            instant += len(part) / self._rate
        self._due = instant
        if parts:
            return parts[0] if len(parts) == 1 else np.concatenate(parts)
        if self._is_over(instant):
            return None
        return np.empty(0, np.int16)

    def _is_over(self, instant: float) -> bool:
        quiet = instant - self._timeline.end
        return quiet >= self._hold or (self._timeline.has_last and quiet > -1 / self._rate)

    def _next_part(self, count: int, instant: float) -> Pcm | None:
        if self._chunk is not None and self._at >= len(self._pcm):
            self._follow(instant)
        if self._chunk is None:
            chunk = self._timeline.after(instant + 1 / self._rate)
            if chunk is None:
                return self._wait(count, instant)
            missing = round((chunk.instant - instant) * self._rate)
            if missing > 0:
                return self._silence(min(count, missing))
            self._begin(chunk, chunk.pcm[-missing:])
            self._pcm = fade_in(self._pcm, self._rate)
        part = self._pcm[self._at : self._at + count]
        self._at += len(part)
        return part

    def _begin(self, chunk: Chunk, pcm: Pcm) -> None:
        self._chunk, self._pcm, self._at = chunk, pcm, 0

    def _follow(self, instant: float) -> None:
        """At the edge of two chunks: join them, and take back what drifted apart."""
        before, self._chunk = self._chunk, None
        following = None if before is None else self._timeline.following(before)
        if following is None:
            return
        late = instant - following.instant
        if abs(late) <= JUMP_SECONDS:
            self._begin(following, shortened(following.pcm, late, self._rate))

    def _wait(self, count: int, instant: float) -> Pcm | None:
        """Nothing has come for this instant: silence, but not before it must be."""
        if self._is_over(instant):
            return None
        ahead = instant - self._clock.now()
        wanted = int((PATIENCE_SECONDS - ahead) * self._rate)
        return self._silence(max(0, min(count, wanted)))

    def _silence(self, count: int) -> Pcm:
        self.silent += count
        return np.zeros(count, np.int16)

    def close(self) -> None:
        """Nothing to let go."""


def shortened(pcm: Pcm, late: float, rate: int) -> Pcm:
    """A chunk that makes up for `late` seconds (below zero: early), by 1 in 200 at most."""
    if abs(late) < TOLERATED_SECONDS or len(pcm) < STRETCH:
        return pcm
    most = len(pcm) // STRETCH
    length = len(pcm) - max(-most, min(most, round(late * rate)))
    places = np.linspace(0, len(pcm) - 1, length)
    return np.interp(places, np.arange(len(pcm)), pcm).astype(np.int16)
