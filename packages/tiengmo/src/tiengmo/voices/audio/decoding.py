"""Decoding: any sound file to mono samples at 48 kHz, piece by piece."""

from __future__ import annotations

from typing import TYPE_CHECKING

import av
import numpy as np

from .constants import RATE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from av.audio.frame import AudioFrame
    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from numpy.typing import NDArray

# Demuxers such as HLS and concat open other files and addresses: only these may look at a file.
FORMATS = "mp3,mov,wav,w64,ogg,matroska,webm,aac,flac,amr,aiff,caf"
OPTIONS = {"format_whitelist": FORMATS, "protocol_whitelist": "file"}


def open_sound(path: Path) -> InputContainer:
    """Open by content. Raises av.error.FFmpegError when no known format is found."""
    return av.open(str(path), "r", container_options=OPTIONS)


def frames(container: InputContainer) -> Iterator[AudioFrame]:
    """Decode the first sound track, leaving out packets that are damaged."""
    stream = container.streams.audio[0]
    for packet in _packets(container):
        try:
            yield from packet.decode()
        except av.error.InvalidDataError:
            continue
    try:
        yield from stream.decode(None)
    except (av.error.InvalidDataError, av.error.EOFError):
        return


def _packets(container: InputContainer) -> Iterator[av.Packet[AudioStream]]:
    stream = container.streams.audio[0]
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets)
        except (StopIteration, av.error.InvalidDataError, av.error.EOFError):
            return
        # The demuxer's last packet is an empty one that flushes the decoder; `frames` does that.
        if packet.size:
            yield packet


def samples(path: Path) -> Iterator[NDArray[np.float32]]:
    """Give a file's sound as mono at 48 kHz."""
    resampler = av.AudioResampler(format="fltp", layout="mono", rate=RATE)
    with open_sound(path) as container:
        for frame in frames(container):
            for piece in resampler.resample(frame):
                yield _floats(piece)
        for piece in resampler.resample(None):
            yield _floats(piece)


def resampled(pieces: Iterator[tuple[NDArray[np.float32], int]]) -> Iterator[NDArray[np.float32]]:
    """Bring mono pieces of one or several sample rates to 48 kHz."""
    resampler, rate = None, 0
    for content, own_rate in pieces:
        if resampler is None or own_rate != rate:
            if resampler is not None:
                yield from (_floats(rest) for rest in resampler.resample(None))
            resampler, rate = av.AudioResampler(format="fltp", layout="mono", rate=RATE), own_rate
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(content[None, :]), format="fltp", layout="mono"
        )
        frame.sample_rate = own_rate
        for piece in resampler.resample(frame):
            yield _floats(piece)
    if resampler is not None:
        yield from (_floats(rest) for rest in resampler.resample(None))


def whole(path: Path) -> NDArray[np.float32]:
    """Give a whole file's sound at once."""
    pieces = list(samples(path))
    return np.concatenate(pieces) if pieces else np.zeros(0, dtype=np.float32)


def _floats(frame: AudioFrame) -> NDArray[np.float32]:
    content: NDArray[np.float32] = frame.to_ndarray()[0]
    # A float file may hold infinities and worse; one of them would silence everything after it.
    return np.nan_to_num(content, nan=0.0, posinf=1.0, neginf=-1.0)
