"""One sound on its way to the output, and what is known of how it came out."""

import math
from collections.abc import Callable
from enum import StrEnum
from typing import Protocol, runtime_checkable

import numpy as np

from speaker_agent.outputs.base import Pcm


class Source(Protocol):
    """Where samples come from; how they are asked for is said by the two kinds below."""

    @property
    def failure(self) -> str | None:
        """Why there is no more, if that is not because it ended."""

    def close(self) -> None:
        """No more is wanted."""


@runtime_checkable
class FlowingSource(Source, Protocol):
    """Samples one after another."""

    def read(self, count: int) -> Pcm | None:
        """Up to `count` samples; an empty array when they are not ready yet, None at the end."""


@runtime_checkable
class PlacedSource(Source, Protocol):
    """Samples that have instants of their own."""

    def read_at(self, count: int, at: float) -> Pcm | None:
        """As `read` above, the first sample to be heard at `at` (a reading of the counter)."""


class Ending(StrEnum):
    """How a playback ended."""

    FINISHED = "finished"
    STOPPED = "stopped"
    PREEMPTED = "preempted"
    FAILED = "failed"


class Playback:
    """A sound to begin at `start_at` (a reading of the monotonic counter).

    `position` counts samples of the sound handed to the output, those of an earlier part included.
    """

    def __init__(
        self,
        key: str,
        source: FlowingSource | PlacedSource,
        *,
        start_at: float,
        position: int = 0,
        on_ended: Callable[["Playback"], None] | None = None,
    ) -> None:
        self.key = key
        self.source = source
        self.start_at = start_at
        self.begun_from = position
        self.position = position
        self.heard = position
        """As `position`, less what the output still has to play; as of the last look."""
        self.first_heard_at: float | None = None
        """When the first sample was heard, by the monotonic counter."""
        self.all_heard_at: float | None = None
        """When its last sample will have been heard; None while there is more to write."""
        self.last_heard_at: float | None = None
        self.dry_runs = 0
        self.ending: Ending | None = None
        self.failure = ""
        self._energy = 0.0
        self._on_ended = on_ended
        self._placed = source if isinstance(source, PlacedSource) else None
        self._flowing = source if isinstance(source, FlowingSource) else None
        self._unheard: list[Pcm] = []
        """What was read and may not have been heard yet, so that it can be taken back."""
        self._again: Pcm = np.empty(0, np.int16)
        """What was taken back, to be read once more."""

    @property
    def handed(self) -> int:
        """Samples handed to the output by this playback."""
        return self.position - self.begun_from

    @property
    def start_error(self) -> float | None:
        """Seconds by which the first sample was heard late (or early, below zero)."""
        return None if self.first_heard_at is None else self.first_heard_at - self.start_at

    @property
    def level_dbfs(self) -> float | None:
        """Root mean square of what was handed over, against full scale."""
        if self.handed <= 0 or self._energy <= 0:
            return None
        return 10 * math.log10(self._energy / self.handed / 32768**2)

    def read(self, count: int, gain: float, at: float) -> Pcm | None:
        """The next samples as loud as they shall be, the first to be heard at `at`."""
        pcm: Pcm | None
        if self._placed is not None:
            pcm = self._placed.read_at(count, at)
        elif len(self._again):
            pcm, self._again = self._again[:count], self._again[count:]
        else:
            pcm = self._flowing.read(count) if self._flowing is not None else None
        if pcm is None or not len(pcm):
            return pcm
        if self._placed is None:
            self._remember(pcm)
        sound = pcm.astype(np.float32)
        sound *= gain
        self._energy += float(np.dot(sound, sound))
        self.position += len(pcm)
        return sound.astype(np.int16)

    def take_back(self, samples: int) -> None:
        """So many samples at the end were not heard after all: they are read once more."""
        taken = min(samples, self.handed)
        if taken and self._placed is None:
            unheard = np.concatenate([*self._unheard, self._again])
            kept = max(0, len(unheard) - len(self._again) - taken)
            self._unheard, self._again = [unheard[:kept]], unheard[kept:]
            self.all_heard_at = None
        if taken and self.handed:
            self._energy *= (self.handed - taken) / self.handed
        self.position -= taken

    def _remember(self, pcm: Pcm) -> None:
        """Keep what the output still holds. `heard` is of the last look, so this is enough."""
        self._unheard.append(pcm)
        spare = sum(map(len, self._unheard)) - (self.position + len(pcm) - self.heard)
        while self._unheard and spare >= len(self._unheard[0]):
            spare -= len(self._unheard.pop(0))

    def end(self, ending: Ending, *, heard_at: float, failure: str = "") -> None:
        """It is over; nothing more will be read."""
        self.ending = ending
        self.failure = failure
        self.last_heard_at = heard_at
        self.source.close()

    def announce_end(self) -> None:
        """Tell whoever waits. Called by the player when the last sample has been heard."""
        self.heard = self.position
        if self._on_ended is not None:
            self._on_ended(self)


class Tone:
    """A test tone with soft ends."""

    failure: str | None = None

    def __init__(self, rate: int, *, hertz: float = 1000.0, seconds: float = 2.0) -> None:
        at = np.arange(int(rate * seconds)) / rate
        sound = np.sin(2 * np.pi * hertz * at) * 0.25 * 32767
        ramp = np.linspace(0, 1, rate // 50)
        sound[: len(ramp)] *= ramp
        sound[-len(ramp) :] *= ramp[::-1]
        self._sound: Pcm = sound.astype(np.int16)
        self._at = 0

    def read(self, count: int) -> Pcm | None:
        """As of any source."""
        if self._at >= len(self._sound):
            return None
        part = self._sound[self._at : self._at + count]
        self._at += len(part)
        return part

    def close(self) -> None:
        """Nothing to let go."""
