"""What a person at the desk must see: level, silence, clipping."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tiengmo.studio.rules import SILENCE_DBFS
from tiengmo.voices.audio.constants import RATE

if TYPE_CHECKING:
    from numpy.typing import NDArray

BLOCK = RATE // 10
# So many samples in a row at full scale are no loud word but a flattened one.
FLAT_SAMPLES = 4
FULL_SCALE = 0.995
# A second with this many flattened places is heard as broken.
CLIPPED_A_SECOND = 3
FLOOR_DBFS = -120.0


def decibels(amplitude: float) -> float:
    return max(20 * float(np.log10(amplitude)), FLOOR_DBFS) if amplitude > 0 else FLOOR_DBFS


class Levels:
    """Takes sound as it comes; `silent_seconds` and `clipping_seconds` say for how long.

    Silence is anything below -50 dBFS in steps of 100 ms. Clipping goes on while no ten seconds
    pass without it: somebody who shouts in bursts is clipping all the time.
    """

    def __init__(self) -> None:
        self.rms_dbfs = FLOOR_DBFS
        self.peak_dbfs = FLOOR_DBFS
        self.silent_seconds = 0.0
        self.clipping_seconds = 0.0
        self._clear_seconds = 0.0
        self._rest: NDArray[np.float32] = np.zeros(0, dtype=np.float32)
        self._recent: list[int] = []

    def take(self, samples: NDArray[np.float32]) -> None:
        held = np.concatenate([self._rest, samples]) if len(self._rest) else samples
        whole = len(held) // BLOCK * BLOCK
        for start in range(0, whole, BLOCK):
            self._block(held[start : start + BLOCK])
        self._rest = held[whole:].copy()

    def _block(self, block: NDArray[np.float32]) -> None:
        self.rms_dbfs = decibels(float(np.sqrt(np.mean(np.square(block, dtype=np.float64)))))
        self.peak_dbfs = decibels(float(np.max(np.abs(block))))
        seconds = BLOCK / RATE
        if self.rms_dbfs < SILENCE_DBFS:
            self.silent_seconds += seconds
        else:
            self.silent_seconds = 0.0
        self._recent = [*self._recent[-9:], _flattened(block)]
        if sum(self._recent) >= CLIPPED_A_SECOND:
            self.clipping_seconds += seconds
            self._clear_seconds = 0.0
        elif self.clipping_seconds:
            self._clear_seconds += seconds
            # Pauses between shouted words do not count as clean.
            self.clipping_seconds += seconds if self._clear_seconds <= 1 else 0.0
            if self._clear_seconds > 3:  # noqa: PLR2004 - seconds
                self.clipping_seconds = self._clear_seconds = 0.0


def _flattened(block: NDArray[np.float32]) -> int:
    """How many places stand at full scale for several samples in a row."""
    at_top = np.abs(block) >= FULL_SCALE
    if not at_top.any():
        return 0
    edges = np.flatnonzero(np.diff(np.concatenate([[False], at_top, [False]]).astype(np.int8)))
    lengths = edges[1::2] - edges[::2]
    return int(np.count_nonzero(lengths >= FLAT_SAMPLES))
