"""What the player needs of a sound output: to know when the next sample will be heard."""

from abc import ABC, abstractmethod

import numpy as np
from numpy.typing import NDArray

Pcm = NDArray[np.int16]


class OutputFailed(OSError):
    """The device or the disk took no more samples."""


class Output(ABC):
    """One mono 16-bit output. Used by one thread (the pacer) between `start` and `rest`.

    An output is a queue that is heard at its own steady pace. `queued` says how many samples are
    still to be heard, so a sample written now is heard at `now + queued / rate`: that is all the
    player needs to place a sound on an instant without being awake at that instant.
    """

    name: str = ""
    stays_off = False
    """A test that nobody shall hear: an amplifier is not switched on for silence."""
    lookahead_seconds = 0.4
    """How far ahead of the ear samples are written. A hiccup of the process shorter than this is
    not heard; a stop takes at most this long where the device gives nothing back."""

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self.dry_runs = 0
        """How often the queue ran empty between `start` and `rest`."""

    @abstractmethod
    def start(self) -> None:
        """Begin to be heard (silence, until something is written)."""

    @abstractmethod
    def queued(self, now: float) -> int:
        """Samples written and not heard yet. `now` is a reading of the monotonic counter."""

    @abstractmethod
    def write(self, pcm: Pcm) -> None:
        """Add samples to the queue. Raises `OutputFailed`."""

    @abstractmethod
    def take_back(self, now: float) -> int:
        """Forget what was written and not heard yet, as far as possible; how many samples."""

    @abstractmethod
    def rest(self, now: float) -> None:
        """Nothing more for a while: a device may be let go."""

    @abstractmethod
    def tick(self, now: float) -> None:
        """Called every few seconds also while nothing plays."""

    @abstractmethod
    def close(self) -> None:
        """Let everything go. `start` may follow, after a failure."""

    def leave(self) -> None:
        """The program ends: nothing follows."""
        self.close()
