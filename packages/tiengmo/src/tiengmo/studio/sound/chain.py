"""Brings a live voice near our loudness and below the ceiling, with 10 ms of delay.

A person moves about a microphone, so the gain follows the voice slowly: up by at most 2 dB a
second, down by 12, and it stands still in pauses, so that a room's noise is not pulled up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.signal import sosfilt

from tiengmo.voices.audio.constants import RATE, TARGET_LUFS
from tiengmo.voices.audio.loudness import K_WEIGHTING, energy
from tiengmo.voices.audio.mastering import FILTERS

if TYPE_CHECKING:
    from numpy.typing import NDArray

STEP = RATE // 100
UP_DB, DOWN_DB = 2.0 * STEP / RATE, 12.0 * STEP / RATE
MOST_UP_DB, MOST_DOWN_DB = 18.0, -18.0
# Below this there is nobody speaking: the gain waits.
GATE_LUFS = -48.0
# Speech is measured over three seconds of itself (EBU's short-term loudness).
WINDOW = 300
FIRST_WORDS = 30
# A shade below the recorded sounds' ceiling: Opus overshoots, and nobody can measure it first.
CEILING = 10 ** (-4.0 / 20)
RELEASE = 10 ** (200.0 * STEP / RATE / 20)


class Chain:
    """Takes mono sound at 48 kHz in pieces of any size; gives as much, ten milliseconds later."""

    def __init__(self) -> None:
        self._filter = np.zeros((len(FILTERS), 2))
        self._weighting = np.zeros((len(K_WEIGHTING), 2))
        self._energies: list[float] = []
        self._gain_db = 0.0
        self._held: NDArray[np.float64] = np.zeros(STEP)
        self._limit = 1.0
        self._rest: NDArray[np.float32] = np.zeros(0, dtype=np.float32)

    @property
    def gain_db(self) -> float:
        return self._gain_db

    def take(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        held = np.concatenate([self._rest, samples]) if len(self._rest) else samples
        whole = len(held) // STEP * STEP
        self._rest = held[whole:].copy()
        if not whole:
            return np.zeros(0, dtype=np.float32)
        clean, self._filter = sosfilt(FILTERS, held[:whole], zi=self._filter)
        weighted, self._weighting = sosfilt(K_WEIGHTING, clean, zi=self._weighting)
        energies = np.square(weighted).reshape(-1, STEP).mean(axis=1)
        out = np.empty(whole, dtype=np.float32)
        for number, own in enumerate(energies):
            place = slice(number * STEP, (number + 1) * STEP)
            before = 10 ** (self._gain_db / 20)
            self._follow(float(own))
            after = 10 ** (self._gain_db / 20)
            lifted = clean[place] * np.linspace(before, after, STEP, endpoint=False)
            out[place] = self._limited(lifted)
        return out

    def _follow(self, own: float) -> None:
        if own < energy(GATE_LUFS):
            return
        self._energies.append(own)
        if len(self._energies) > WINDOW:
            del self._energies[0]
        if len(self._energies) < FIRST_WORDS:
            return
        loudness = -0.691 + 10 * float(np.log10(np.mean(self._energies)))
        wanted = float(np.clip(TARGET_LUFS - loudness, MOST_DOWN_DB, MOST_UP_DB))
        self._gain_db += float(np.clip(wanted - self._gain_db, -DOWN_DB, UP_DB))

    def _limited(self, block: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the block before this one, brought down in time for the peaks of this one."""
        ahead = float(np.max(np.abs(block)))
        own = float(np.max(np.abs(self._held)))
        needed = min(1.0, CEILING / ahead if ahead > CEILING else 1.0)
        start = self._limit
        end = min(needed, start * RELEASE, 1.0)
        gain = np.linspace(start, end, STEP, endpoint=False)
        if own * max(start, end) > CEILING:
            # It rises again only when its own peaks allow it.
            end = min(end, CEILING / own)
            gain = np.full(STEP, min(start, end)) if start <= end else np.linspace(start, end, STEP)
        given = np.clip(self._held * gain, -CEILING, CEILING)
        self._held, self._limit = block, end
        return given
