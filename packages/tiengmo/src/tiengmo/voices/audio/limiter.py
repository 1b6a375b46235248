"""The gain that brings a sound to its loudness and keeps its true peaks below a ceiling.

The limiter looks ahead: its gain falls in a straight line during the 5 ms before a peak, is low
enough when the peak comes, and rises again by 200 dB a second. Since true peaks scale with gain,
and loudness hardly notices how fast gain moves, both are worked out on 1 ms and 10 ms figures of
the sound; only the finished gain is applied to samples.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .constants import BLOCK, MOST_GAIN_DB, SUB_BLOCK
from .loudness import integrated

if TYPE_CHECKING:
    from numpy.typing import NDArray

LOOK_AHEAD = 5  # ms
RELEASE_DB_PER_MS = 0.2
ROUNDS = 12
CLOSE_ENOUGH_LU = 0.01
_RAMP: NDArray[np.float32] = np.linspace(0, 1, BLOCK, endpoint=False, dtype=np.float32)[None, :]


def gain_for(
    peaks: NDArray[np.float32],
    energies: NDArray[np.float64],
    *,
    target_lufs: float,
    ceiling_db: float,
) -> NDArray[np.float32]:
    """Give the gain at every millisecond's start (one more than there are milliseconds).

    peaks: true peak of every 1 ms. energies: mean K-weighted energy of every 10 ms. When both
    cannot hold, the ceiling does.
    """
    peaks_db = 20 * np.log10(np.maximum(peaks, 1e-9)).astype(np.float64)
    lift = float(np.clip(target_lufs - integrated(energies), -90.0, MOST_GAIN_DB))
    # The limiter takes loudness away, so lift more: but never so far that it is all distortion.
    most_lift = min(lift + 12.0, MOST_GAIN_DB)
    for _ in range(ROUNDS):
        knots = _limit(peaks_db + lift, ceiling_db) + lift
        missing = target_lufs - integrated(energies * _energy_gain(knots))
        if abs(missing) < CLOSE_ENOUGH_LU or (missing > 0 and lift >= most_lift):
            break
        lift = min(lift + missing, most_lift)
    gains: NDArray[np.float32] = np.power(10.0, knots / 20).astype(np.float32)
    return gains


def apply(samples: NDArray[np.float32], gains: NDArray[np.float32]) -> NDArray[np.float32]:
    """Multiply whole milliseconds of sound by the gain, in a straight line from knot to knot."""
    start = gains[:-1, None]
    gain = start + (gains[1:, None] - start) * _RAMP
    return (samples.reshape(-1, BLOCK) * gain).reshape(-1)


def _limit(peaks_db: NDArray[np.float64], ceiling_db: float) -> NDArray[np.float64]:
    """Give the reduction in dB (zero or less) at every knot."""
    need = np.minimum(ceiling_db - peaks_db, 0.0)
    # Release: the lowest of all earlier needs, each risen since.
    ramp = np.arange(len(need)) * RELEASE_DB_PER_MS
    held = np.minimum(np.minimum.accumulate(need - ramp) + ramp, 0.0)
    # Attack: the lowest of the next milliseconds, then their running mean. Each term of the mean
    # has already seen the peak, so the mean is low enough when it comes.
    padded = np.concatenate([held, np.zeros(LOOK_AHEAD)])
    ahead = held
    for step in range(1, LOOK_AHEAD + 1):
        ahead = np.minimum(ahead, padded[step : step + len(held)])
    sums = np.cumsum(np.concatenate([np.full(LOOK_AHEAD + 1, ahead[0]), ahead]))
    smooth = (sums[LOOK_AHEAD + 1 :] - sums[: -LOOK_AHEAD - 1]) / (LOOK_AHEAD + 1)
    # A knot serves the milliseconds on both its sides.
    edges = np.concatenate([[smooth[0]], np.minimum(smooth[:-1], smooth[1:]), [smooth[-1]]])
    reduction: NDArray[np.float64] = np.minimum(edges, 0.0)
    return reduction


def _energy_gain(knots_db: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the gain of energy in every 10 ms."""
    power = np.power(10.0, knots_db / 10)
    middle = (power[:-1] + power[1:]) / 2
    mean: NDArray[np.float64] = middle.reshape(-1, SUB_BLOCK // BLOCK).mean(axis=1)
    return mean
