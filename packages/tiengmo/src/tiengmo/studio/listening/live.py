"""What a stream has said in the last seconds, as samples with their instants."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

import av
import numpy as np
from speaker_link.on_air import HOLD_MS, LIVE_RATE, unpack

if TYPE_CHECKING:
    from av.audio.codeccontext import AudioCodecContext
    from numpy.typing import NDArray
    from speaker_link.messages import Live

logger = logging.getLogger(__name__)

KEPT_SECONDS = 12.0
_HOLD = HOLD_MS / 1000


@dataclass(frozen=True)
class Chunk:
    instant: float
    samples: NDArray[np.float32]
    is_last: bool

    @property
    def end(self) -> float:
        return self.instant + len(self.samples) / LIVE_RATE


class LiveBuffer:
    """Filled by the event loop, read by the mixing thread: `_chunks` is replaced as a whole."""

    def __init__(self) -> None:
        self._chunks: tuple[Chunk, ...] = ()
        self._sequence: int | None = None
        self._codec = _decoder()

    def take(self, segment: Live) -> None:
        is_joined = self._sequence is not None and segment.sequence == self._sequence + 1
        if not is_joined or segment.discontinuity:
            self._codec = _decoder()
        self._sequence = segment.sequence
        try:
            frames = [
                frame.to_ndarray().reshape(-1).astype(np.float32, copy=False)
                for packet in unpack(segment.packets)
                for frame in self._codec.decode(av.Packet(packet))
            ]
        except (av.FFmpegError, ValueError) as error:
            logger.warning("listening: segment %s: %s", segment.sequence, error)
            self._sequence = None
            return
        samples = np.concatenate(frames) if frames else np.zeros(0, dtype=np.float32)
        chunk = Chunk(segment.start.timestamp(), samples, segment.last)
        kept = [one for one in self._chunks if chunk.end - one.end < KEPT_SECONDS]
        self._chunks = tuple(sorted([*kept, chunk], key=lambda one: one.instant))

    def begins(self) -> list[float]:
        """When it begins to have sound, of what is kept."""
        return [one.instant for one in self._chunks]

    def is_audible(self, instant: float) -> bool:
        """Is it heard then? A stream without sound for five seconds gives the air back."""
        past = [one for one in self._chunks if one.instant <= instant]
        if not past:
            return False
        newest = past[-1]
        return instant < newest.end + (0.0 if newest.is_last else _HOLD)

    def read(self, instant: float, count: int) -> NDArray[np.float32]:
        """Give the samples from an instant on, silence where there are none."""
        given = np.zeros(count, dtype=np.float32)
        for one in self._chunks:
            first = round((one.instant - instant) * LIVE_RATE)
            begin, end = max(first, 0), min(first + len(one.samples), count)
            if begin < end:
                given[begin:end] = one.samples[begin - first : end - first]
        return given


def _decoder() -> AudioCodecContext:
    codec = av.CodecContext.create("libopus", "r")
    codec.sample_rate = LIVE_RATE
    codec.layout = "mono"
    codec.format = "flt"
    return codec
