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
    options: tuple[tuple[str, str], ...]


# For boxes: 28 kbit/s keeps a minute near 200 kB on a village's mobile link.
OPUS = Coding(
    container="ogg",
    codec="libopus",
    suffix=".opus",
    media_type="audio/ogg; codecs=opus",
    bits_per_second=28_000,
    sample_format="flt",
    options=(("application", "audio"), ("vbr", "constrained"), ("compression_level", "8")),
)
# For browsers, podcast programs and old phones, all of which play it.
MP3 = Coding(
    container="mp3",
    codec="libmp3lame",
    suffix=".mp3",
    media_type="audio/mpeg",
    bits_per_second=64_000,
    sample_format="fltp",
    options=(("compression_level", "7"),),
)


class Encoder:
    """Writes one file piece by piece."""

    def __init__(self, path: Path, coding: Coding) -> None:
        # bitexact: no random stream number, no version text, so that content addresses are stable.
        self._container = av.open(
            str(path), "w", format=coding.container, container_options={"fflags": "+bitexact"}
        )
        self._stream = self._container.add_stream(
            coding.codec, rate=RATE, layout="mono", options=dict(coding.options)
        )
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
