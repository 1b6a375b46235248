"""Plays to nobody, in real time."""

import math

import numpy as np

from speaker_agent.outputs.base import Pcm
from speaker_agent.outputs.paced import PacedOutput
from speaker_agent.timing import Clock


class NullOutput(PacedOutput):
    """Counts what it plays and how loud it was, and keeps nothing."""

    name = "null"

    def __init__(self, clock: Clock, *, rate: int) -> None:
        super().__init__(clock, rate=rate)
        self.played = 0
        self._energy = 0.0

    @property
    def level_dbfs(self) -> float | None:
        """Root mean square of all samples played, against full scale; None before the first."""
        if not self.played or not self._energy:
            return None
        return 10 * math.log10(self._energy / self.played / 32768**2)

    def _play(self, pcm: Pcm) -> None:
        self.played += len(pcm)
        sound = pcm.astype(np.float32)
        self._energy += float(np.dot(sound, sound))

    def _play_silence(self, samples: int) -> None:
        """Silence adds nothing."""

    def close(self) -> None:
        """There is nothing to let go."""
        self._forget_queue()
