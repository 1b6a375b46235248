"""The part of a sound between its first and its last word, with the stated silence around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from . import constants as c
from .loudness import SILENCE_LUFS, energy
from .truepeak import block_peaks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

PIECE = c.RATE * 4  # a multiple of SUB_BLOCK
# What is this much quieter than the loud parts, before the first and after the last word, is cut.
TRIM_BELOW_DB = 45.0
FADE_BLOCKS = 5


def bounds(energies: NDArray[np.float64]) -> tuple[int, int]:
    """Give the first and one past the last 10 ms that hold sound."""
    loud = float(np.percentile(energies[energies > energy(SILENCE_LUFS)], 95))
    above = np.flatnonzero(energies > loud * 10 ** (-TRIM_BELOW_DB / 10))
    return int(above[0]), int(above[-1]) + 1


class Trimmed:
    """A part of a sound with its stated silence before and after.

    Where the sound has something there (a breath, a room) that is kept, else digital silence.
    """

    def __init__(self, content: NDArray[np.float32], first: int, last: int) -> None:
        lead = round(c.LEAD_SECONDS * c.RATE) // c.SUB_BLOCK
        tail = round(c.TAIL_SECONDS * c.RATE) // c.SUB_BLOCK
        end = len(content) // c.SUB_BLOCK
        self._first, self._last = max(first - lead, 0), min(last + tail, end)
        self._before = lead - (first - self._first)
        self._after = tail - (self._last - last)
        self._content = content
        self.length = (self._before + self._last - self._first + self._after) * c.SUB_BLOCK

    @property
    def seconds(self) -> float:
        return self.length / c.RATE

    def energies(self, energies: NDArray[np.float64]) -> NDArray[np.float64]:
        kept = energies[self._first : self._last]
        return np.concatenate([np.zeros(self._before), kept, np.zeros(self._after)])

    def part(self, start: int, end: int) -> NDArray[np.float32]:
        """Give samples [start, end) of the trimmed sound."""
        result = np.zeros(end - start, dtype=np.float32)
        shift = (self._first - self._before) * c.SUB_BLOCK
        low = max(start + shift, self._first * c.SUB_BLOCK)
        high = min(end + shift, self._last * c.SUB_BLOCK)
        if low < high:
            result[low - shift - start : high - shift - start] = self._content[low:high]
        return result

    def pieces(self) -> Iterator[tuple[int, NDArray[np.float32]]]:
        for start in range(0, self.length, PIECE):
            yield start, self.part(start, min(start + PIECE, self.length))

    def peaks(self) -> NDArray[np.float32]:
        """Give the true peak of every millisecond."""
        found = []
        for start in range(0, self.length, PIECE):
            end = min(start + PIECE, self.length)
            # A millisecond either side, so that a peak at the seam is seen.
            low, high = max(start - c.BLOCK, 0), min(end + c.BLOCK, self.length)
            peaks = block_peaks(self.part(low, high))
            found.append(peaks[(start - low) // c.BLOCK : len(peaks) - (high - end) // c.BLOCK])
        return np.concatenate(found)

    def fade(self, gains: NDArray[np.float32]) -> None:
        """Start and end at nothing, so that a cut in room noise makes no click."""
        ramp = np.linspace(0, 1, FADE_BLOCKS + 1, dtype=np.float32)[:-1]
        gains[:FADE_BLOCKS] *= ramp
        gains[-FADE_BLOCKS:] *= ramp[::-1]
