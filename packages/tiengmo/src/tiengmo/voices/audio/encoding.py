"""Encoding to the two files every sound is kept as. Same samples, same bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import av

from .constants import RATE

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Coding:
    container: str
    codec: str
    suffix: str
    media_type: str
    bits_per_second: int
    sample_format: str
    # What this coding does to speech: the first guess of `mastering`, corrected by measuring.
    loudness_loss: float
    overshoot_db: float
    options: tuple[tuple[str, str], ...]


# For boxes: a minute is near 240 kB on a village's mobile link. Above level 6 libopus analyses what
# kind of sound it is given, at four times the cost.
OPUS = Coding(
    container="ogg",
    codec="libopus",
    suffix=".opus",
    media_type="audio/ogg; codecs=opus",
    bits_per_second=32_000,
    sample_format="flt",
    loudness_loss=0.1,
    overshoot_db=2.0,
    options=(("application", "audio"), ("vbr", "constrained"), ("compression_level", "5")),
)
# For browsers, podcast programs and old phones, all of which play it.
MP3 = Coding(
    container="mp3",
    codec="libmp3lame",
    suffix=".mp3",
    media_type="audio/mpeg",
    bits_per_second=64_000,
    sample_format="fltp",
    loudness_loss=0.43,
    overshoot_db=0.9,
    options=(("compression_level", "7"),),
)


class Encoder:
    """Writes one file piece by piece."""

    def __init__(self, path: Path, coding: Coding) -> None:
        # bitexact: no random stream number, no version text, so that content addresses are stable.
        self._container = av.open(
            str(path), "w", format=coding.container, container_options={"fflags": "+bitexact"}
        )
        stream = self._container.add_stream(
            coding.codec, rate=RATE, layout="mono", options=dict(coding.options)
        )
        if not isinstance(stream, av.AudioStream):
            raise TypeError(f"{coding.codec} is no sound codec")
        self._stream = stream
        self._stream.bit_rate = coding.bits_per_second
        self._stream.codec_context.flags |= av.codec.context.Flags.bitexact
        self._format = coding.sample_format
        self._position = 0

    def take(self, samples: NDArray[np.float32]) -> None:
        frame = av.AudioFrame.from_ndarray(samples[None, :], format=self._format, layout="mono")
        frame.sample_rate = RATE
        frame.pts = self._position
        self._position += len(samples)
        self._container.mux(self._stream.encode(frame))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                self._container.mux(self._stream.encode(None))
        finally:
            self._container.close()
