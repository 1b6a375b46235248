"""What a relay's source has sent and the boxes have not heard: three seconds in which to judge it.

Because nothing is sent on before it is three seconds old, a source that dies, hangs or falls silent
is found out while what it last said is still to be played, and the fallback follows without a hole.
"""

from __future__ import annotations

from collections import deque
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np

from tiengmo.studio.rules import SILENCE_DBFS
from tiengmo.voices.audio.constants import RATE

if TYPE_CHECKING:
    from numpy.typing import NDArray

AHEAD_SECONDS = 3.0
# A burst at the start of a stream is the source's own buffer: more than this stays with it.
MOST_SECONDS = 4.0
# So long a source must have been heard again, without a pause of its own length, to be taken back.
STEADY_SECONDS = 3.0
# A second flattened this often is noise, not a programme.
CLIPPED_SECONDS = 2.0
_BLOCK = RATE // 10
_FLAT_SHARE = 0.02
_FULL_SCALE = 0.995


class Verdict(Enum):
    GOOD = "good"
    EMPTY = "empty"
    SILENT = "silent"
    CLIPPED = "clipped"


class Lookahead:
    """Takes samples as they come and gives them as they are due."""

    def __init__(self) -> None:
        self._pieces: deque[NDArray[np.float32]] = deque()
        self._held = 0
        self._rest: NDArray[np.float32] = np.zeros(0, dtype=np.float32)
        # Of everything taken, by 100 ms: how long the newest silence, sound, flatness goes back.
        self.silent_seconds = 0.0
        self.sounding_seconds = 0.0
        self.clipped_seconds = 0.0
        self.level_dbfs = -120.0

    @property
    def seconds(self) -> float:
        return self._held / RATE

    @property
    def is_full(self) -> bool:
        return self.seconds >= MOST_SECONDS

    def take(self, samples: NDArray[np.float32]) -> None:
        self._pieces.append(samples)
        self._held += len(samples)
        whole = np.concatenate([self._rest, samples]) if len(self._rest) else samples
        count = len(whole) // _BLOCK
        for number in range(count):
            self._judge(whole[number * _BLOCK : (number + 1) * _BLOCK])
        self._rest = whole[count * _BLOCK :].copy()

    def _judge(self, block: NDArray[np.float32]) -> None:
        seconds = _BLOCK / RATE
        power = float(np.mean(np.square(block, dtype=np.float64)))
        self.level_dbfs = max(10 * float(np.log10(power)), -120.0) if power else -120.0
        if self.level_dbfs < SILENCE_DBFS:
            self.silent_seconds += seconds
        else:
            self.silent_seconds = 0.0
        is_flat = float(np.mean(np.abs(block) >= _FULL_SCALE)) > _FLAT_SHARE
        self.clipped_seconds = self.clipped_seconds + seconds if is_flat else 0.0
        # Pauses between words are part of speech.
        is_steady = self.silent_seconds < 1.5 and not is_flat  # noqa: PLR2004 - seconds
        self.sounding_seconds = self.sounding_seconds + seconds if is_steady else 0.0

    def verdict(self, needed: int) -> Verdict:
        """May the next `needed` samples go out?"""
        if self._held < needed:
            return Verdict.EMPTY
        if self.silent_seconds >= AHEAD_SECONDS - 0.2:
            return Verdict.SILENT
        if self.clipped_seconds >= CLIPPED_SECONDS:
            return Verdict.CLIPPED
        return Verdict.GOOD

    def give(self, count: int) -> NDArray[np.float32]:
        """Give the oldest samples; there must be as many."""
        given: list[NDArray[np.float32]] = []
        missing = count
        while missing:
            piece = self._pieces.popleft()
            if len(piece) > missing:
                self._pieces.appendleft(piece[missing:])
                piece = piece[:missing]
            given.append(piece)
            missing -= len(piece)
        self._held -= count
        return np.concatenate(given)

    def keep_newest(self, seconds: float) -> None:
        """Let go of what is older: while the fallback plays, the source goes on without us."""
        surplus = self._held - round(seconds * RATE)
        if surplus > 0:
            self.give(surplus)

    def clear(self) -> None:
        """The source is gone; what it said is still good."""
        self.sounding_seconds = 0.0
        self.silent_seconds = 0.0
        self.clipped_seconds = 0.0
        self._rest = np.zeros(0, dtype=np.float32)
