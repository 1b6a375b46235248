"""True peak at four times oversampling (ITU-R BS.1770-4, annex 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.signal.windows import kaiser

from .constants import BLOCK, RATE

if TYPE_CHECKING:
    from numpy.typing import NDArray

OVERSAMPLING = 4
REACH = 16  # samples either side that an interpolated value depends on
SLICE = RATE * 4


def _phases() -> NDArray[np.float32]:
    """Windowed-sinc interpolators for the three points between samples."""
    offsets = np.arange(-REACH + 1, REACH + 1)
    rows = []
    window = kaiser(2 * REACH * OVERSAMPLING + 1, 9.0)
    for step in range(1, OVERSAMPLING):
        fraction = step / OVERSAMPLING
        taps = np.sinc(fraction - offsets)
        # The window is centred on the interpolated point.
        taps *= window[np.round((offsets - fraction + REACH) * OVERSAMPLING).astype(int)]
        rows.append(taps / taps.sum())
    return np.asarray(rows, dtype=np.float32)


PHASES = _phases()


def block_peaks(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give the true peak of every millisecond; the length must be a multiple of BLOCK."""
    peaks = np.empty(len(samples) // BLOCK, dtype=np.float32)
    for start in range(0, len(samples), SLICE):
        end = min(start + SLICE, len(samples))
        peaks[start // BLOCK : end // BLOCK] = _slice_peaks(samples, start, end)
    return peaks


def _slice_peaks(samples: NDArray[np.float32], start: int, end: int) -> NDArray[np.float32]:
    around = np.zeros(end - start + 2 * REACH, dtype=np.float32)
    first, last = max(start - REACH, 0), min(end + REACH, len(samples))
    around[first - start + REACH : last - start + REACH] = samples[first:last]
    highest = np.abs(around[REACH:-REACH])
    for taps in PHASES:
        # Values between sample n and n + 1, for n from `start` on.
        between = np.convolve(around, taps[::-1], "valid")[1 : end - start + 1]
        np.maximum(highest, np.abs(between), out=highest)
    peaks: NDArray[np.float32] = highest.reshape(-1, BLOCK).max(axis=1)
    return peaks


def true_peak(samples: NDArray[np.float32]) -> float:
    """Give the true peak of a whole sound, 1.0 being full scale."""
    if not len(samples):
        return 0.0
    padded = np.zeros(-(-len(samples) // BLOCK) * BLOCK, dtype=np.float32)
    padded[: len(samples)] = samples
    return float(block_peaks(padded).max())


def decibels(value: float) -> float:
    return 20 * float(np.log10(max(value, 1e-9)))
