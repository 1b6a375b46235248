"""A relay's stated fallback, read from its files as it is played."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np

from tiengmo.voices.audio.decoding import samples

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray


class Programme:
    """Plays its files in order and again from the start; without any it is silence.

    When it is put on again it goes on with the next file, so that nobody hears the same beginning
    all morning.
    """

    def __init__(self, files: Sequence[str]) -> None:
        self._files = [Path(one) for one in files]
        self._next = 0
        self._running: Iterator[NDArray[np.float32]] | None = None
        self._rest: NDArray[np.float32] = np.zeros(0, dtype=np.float32)

    @property
    def is_silence(self) -> bool:
        return not self._files

    def rewind(self) -> None:
        """Begin with the next file."""
        self._running = None
        self._rest = np.zeros(0, dtype=np.float32)

    def give(self, count: int) -> NDArray[np.float32]:
        failures = 0
        while len(self._rest) < count:
            piece = self._piece()
            if piece is None:
                failures += 1
                if failures > len(self._files):
                    break
                continue
            self._rest = np.concatenate([self._rest, piece])
        given = np.zeros(count, dtype=np.float32)
        taken = self._rest[:count]
        given[: len(taken)] = taken
        self._rest = self._rest[count:]
        return given

    def _piece(self) -> NDArray[np.float32] | None:
        if not self._files:
            return None
        try:
            if self._running is None:
                self._running = samples(self._files[self._next % len(self._files)])
                self._next += 1
            piece = next(self._running)
        except (StopIteration, OSError, av.error.FFmpegError):
            self._running = None
            return None
        return piece
