"""Integrated loudness after ITU-R BS.1770-4 and EBU R128, mono at 48 kHz.

Sounds shorter than one 400 ms gating block are measured as one block of their own length; the
standard leaves them undefined.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.signal import sosfilt

from .constants import RATE, SUB_BLOCK

if TYPE_CHECKING:
    from numpy.typing import NDArray

# BS.1770-4 tables 1 and 2: the head's effect, then the revised low-frequency B curve.
PRE_FILTER = (1.53512485958697, -2.69169618940638, 1.19839281085285)
PRE_FILTER_FEEDBACK = (1.0, -1.69065929318241, 0.73248077421585)
RLB_FILTER = (1.0, -2.0, 1.0)
RLB_FILTER_FEEDBACK = (1.0, -1.99004745483398, 0.99007225036621)
K_WEIGHTING = np.array(
    [[*PRE_FILTER, *PRE_FILTER_FEEDBACK], [*RLB_FILTER, *RLB_FILTER_FEEDBACK]],
)
ABSOLUTE_GATE_LUFS = -70.0
RELATIVE_GATE_LU = -10.0
OFFSET = -0.691
SILENCE_LUFS = -120.0
GATING_BLOCK = RATE * 4 // 10 // SUB_BLOCK  # in 10 ms steps
GATING_STEP = RATE // 10 // SUB_BLOCK


class Meter:
    """Takes a sound piece by piece; pieces are multiples of 10 ms, the last may be shorter."""

    def __init__(self) -> None:
        self._state = np.zeros((len(K_WEIGHTING), 2))
        self._energies: list[NDArray[np.float64]] = []

    def take(self, samples: NDArray[np.float32]) -> None:
        weighted, self._state = sosfilt(K_WEIGHTING, samples, zi=self._state)
        if rest := -len(weighted) % SUB_BLOCK:
            weighted = np.append(weighted, np.zeros(rest))
        self._energies.append(np.square(weighted).reshape(-1, SUB_BLOCK).mean(axis=1))

    def energies(self) -> NDArray[np.float64]:
        """Give the mean K-weighted energy of every 10 ms."""
        return np.concatenate(self._energies) if self._energies else np.zeros(0)

    def integrated(self) -> float:
        return integrated(self.energies())


def integrated(energies: NDArray[np.float64]) -> float:
    """Give LUFS from the mean energies of every 10 ms."""
    if not len(energies):
        return SILENCE_LUFS
    if len(energies) < GATING_BLOCK:
        return lufs(float(energies.mean()))
    sums = np.concatenate([[0.0], np.cumsum(energies)])
    starts = np.arange(0, len(energies) - GATING_BLOCK + 1, GATING_STEP)
    blocks = (sums[starts + GATING_BLOCK] - sums[starts]) / GATING_BLOCK
    blocks = blocks[blocks > energy(ABSOLUTE_GATE_LUFS)]
    if not len(blocks):
        return SILENCE_LUFS
    blocks = blocks[blocks > energy(lufs(float(blocks.mean())) + RELATIVE_GATE_LU)]
    return lufs(float(blocks.mean()))


def measure(samples: NDArray[np.float32]) -> float:
    """Give the integrated loudness of a whole sound, in LUFS."""
    meter = Meter()
    step = RATE * 5
    for start in range(0, len(samples), step):
        meter.take(samples[start : start + step])
    return meter.integrated()


def lufs(mean_energy: float) -> float:
    return OFFSET + 10 * float(np.log10(mean_energy)) if mean_energy > 0 else SILENCE_LUFS


def energy(loudness: float) -> float:
    return float(10 ** ((loudness - OFFSET) / 10))
