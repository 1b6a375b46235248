"""What one place hears, block by block, as MP3. Used by the mixing thread, one block at a time."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import av
import numpy as np

from tiengmo.foundation import blobs
from tiengmo.voices.audio.constants import RATE
from tiengmo.voices.audio.decoding import frames, open_sound

from .rules import Air, heard_at, unchanged_until

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from .live import LiveBuffer
    from .rules import Sound

logger = logging.getLogger(__name__)

FRAME = 1152  # samples of an MP3 frame
BLOCK = 20 * FRAME
BLOCK_SECONDS = BLOCK / RATE
BITS_PER_SECOND = 64_000
# A sound that is joined in its middle comes up softly.
_FADE = RATE // 100
# Sought a little early: Opus needs 80 ms to be itself again (RFC 7845, section 4.6).
_PRE_ROLL_SECONDS = 0.1


class Mp3Encoder:
    """Whole frames in, whole frames out: each can be understood without those before it."""

    def __init__(self) -> None:
        codec = av.CodecContext.create("libmp3lame", "w")
        codec.sample_rate = RATE
        codec.layout = "mono"
        codec.format = "fltp"
        codec.bit_rate = BITS_PER_SECOND
        # Without a reservoir a listener may join at any frame, and a lost one costs one.
        codec.options = {"reservoir": "0", "compression_level": "7"}
        codec.open()
        self._codec = codec
        self._position = 0

    def encode(self, samples: NDArray[np.float32]) -> bytes:
        packets: list[bytes] = []
        for start in range(0, len(samples), FRAME):
            piece = np.ascontiguousarray(samples[None, start : start + FRAME], dtype=np.float32)
            frame = av.AudioFrame.from_ndarray(piece, format="fltp", layout="mono")
            frame.sample_rate = RATE
            frame.pts = self._position
            self._position += FRAME
            packets.extend(bytes(packet) for packet in self._codec.encode(frame))
        return b"".join(packets)


class SoundFile:
    """A sound's file from some place in it on."""

    def __init__(self, path: Path, offset: float) -> None:
        self._pieces = _samples_from(path, offset)
        self._rest: NDArray[np.float32] = np.zeros(0, dtype=np.float32)

    def read(self, count: int) -> NDArray[np.float32]:
        """Give the next samples, silence after the last."""
        parts, missing = [], count
        while missing > 0:
            if not len(self._rest):
                try:
                    self._rest = next(self._pieces)
                except (StopIteration, OSError, av.FFmpegError):
                    parts.append(np.zeros(missing, dtype=np.float32))
                    break
            part, self._rest = self._rest[:missing], self._rest[missing:]
            parts.append(part)
            missing -= len(part)
        return np.concatenate(parts)

    def close(self) -> None:
        close = getattr(self._pieces, "close", None)
        if close is not None:
            close()


def _samples_from(path: Path, offset: float) -> Iterator[NDArray[np.float32]]:
    resampler = av.AudioResampler(format="fltp", layout="mono", rate=RATE)
    skip: int | None = None
    with open_sound(path) as container:
        if offset > _PRE_ROLL_SECONDS:
            container.seek(round((offset - _PRE_ROLL_SECONDS) * av.time_base))
        for frame in frames(container):
            if skip is None:
                skip = max(0, round((offset - (frame.time or 0.0)) * RATE))
            for piece in resampler.resample(frame):
                samples = piece.to_ndarray()[0]
                if skip >= len(samples):
                    skip -= len(samples)
                    continue
                yield np.nan_to_num(samples[skip:], nan=0.0, posinf=1.0, neginf=-1.0)
                skip = 0


class Mixer:
    """`air` may be replaced at any time; what it no longer names ends within a block."""

    def __init__(self, streams: Mapping[str, LiveBuffer]) -> None:
        self.air = Air()
        self.heard: Sound | None = None
        self._streams = streams
        self._encoder = Mp3Encoder()
        self._file: SoundFile | None = None
        self._key = ""

    def block(self, instant: float) -> bytes:
        """Give the block of sound that begins at an instant."""
        return self._encoder.encode(self.samples(instant, BLOCK))

    def samples(self, instant: float, count: int) -> NDArray[np.float32]:
        air, parts, given = self.air, [], 0
        end = instant + count / RATE
        begins = [at for buffer in tuple(self._streams.values()) for at in buffer.begins()]
        while given < count:
            at = instant + given / RATE
            sound = heard_at(at, air, self._is_audible)
            until = unchanged_until(at, end, air, begins)
            part = count - given
            if until < end:
                part = min(part, max(1, round((until - at) * RATE)))
            parts.append(self._of(sound, at, part))
            given += part
        return np.concatenate(parts)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
        self._file, self._key = None, ""

    def _is_audible(self, stream: str, instant: float) -> bool:
        buffer = self._streams.get(stream)
        return buffer is not None and buffer.is_audible(instant)

    def _of(self, sound: Sound | None, at: float, count: int) -> NDArray[np.float32]:
        self.heard = sound
        if sound is None or sound.is_live:
            self.close()
            buffer = self._streams.get(sound.stream) if sound is not None else None
            return np.zeros(count, dtype=np.float32) if buffer is None else buffer.read(at, count)
        if sound.key != self._key:
            self.close()
            path = blobs.path(sound.sha256, ".opus")
            offset = max(0.0, at - sound.begins)
            self._key = sound.key
            if path.is_file():
                self._file = SoundFile(path, offset)
                samples = self._file.read(count)
                fade = min(_FADE, count) if offset > 0 else 0
                samples[:fade] *= np.linspace(0, 1, fade, dtype=np.float32)
                return samples
            logger.warning("listening: %s is not here", path.name)
        if self._file is None:
            return np.zeros(count, dtype=np.float32)
        return self._file.read(count)
