"""What a file really holds, judged by its content and in bounded time and memory."""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

import av
import numpy as np

from .decoding import frames, open_sound

if TYPE_CHECKING:
    from pathlib import Path

    from av.container import InputContainer
    from numpy.typing import NDArray

# Still pictures carried along with music are no video.
PICTURE_CODECS = {"mjpeg", "png", "bmp", "gif", "webp", "jpeg2000", "tiff"}
MOST_CHANNELS = 8
RATES = range(4_000, 384_001)
LONGEST_DECODING_SECONDS = 60.0
FLAT_TOP = 0.985
FLAT_STEP = 1e-3
SILENT_PEAK = 10 ** (-55 / 20)
SILENT_RMS = 10 ** (-65 / 20)

MEDIA_TYPES = {
    "mp3": "audio/mpeg",
    "mov,mp4,m4a,3gp,3g2,mj2": "audio/mp4",
    "wav": "audio/wav",
    "w64": "audio/wav",
    "matroska,webm": "audio/webm",
    "aac": "audio/aac",
    "flac": "audio/flac",
    "amr": "audio/amr",
    "aiff": "audio/aiff",
    "caf": "audio/x-caf",
}


class Fault(Enum):
    UNKNOWN = auto()
    VIDEO = auto()
    NO_SOUND = auto()
    TOO_LONG = auto()
    TOO_SHORT = auto()
    SILENT = auto()
    BROKEN = auto()
    STRANGE = auto()
    SLOW = auto()


class Unfit(Exception):
    """The file cannot be used. `seconds` where a length is the reason."""

    def __init__(self, fault: Fault, seconds: float = 0.0) -> None:
        super().__init__(fault.name)
        self.fault = fault
        self.seconds = seconds


@dataclass(frozen=True)
class Inspected:
    media_type: str
    seconds: float  # that decode
    stated_seconds: float  # by the header, 0 where it says nothing
    peak: float
    clipped_share: float


def inspect(path: Path, *, shortest: float, longest: float) -> Inspected:
    """Open a file by content and decode it once. Raises Unfit."""
    try:
        container = open_sound(path)
    except av.error.FFmpegError as error:
        raise Unfit(Fault.UNKNOWN) from error
    with container:
        media_type = _media_type(container)
        stated = _stated_seconds(container) * _riff_shortage(path)
        # The header says so: no need to decode three hours to refuse them.
        if stated > longest + 1:
            raise Unfit(Fault.TOO_LONG, stated)
        try:
            found = _Levels()
            _decode(container, found, longest)
        except (av.error.FFmpegError, ValueError) as error:
            raise Unfit(Fault.BROKEN) from error
    if found.seconds == 0:
        raise Unfit(Fault.BROKEN)
    if found.seconds < shortest:
        raise Unfit(Fault.TOO_SHORT, found.seconds)
    if found.peak < SILENT_PEAK or found.loudest_rms < SILENT_RMS:
        raise Unfit(Fault.SILENT)
    return Inspected(media_type, found.seconds, stated, found.peak, found.clipped_share)


def _media_type(container: InputContainer) -> str:
    for stream in container.streams.video:
        is_picture = av.stream.Disposition.attached_pic in stream.disposition
        if not is_picture and stream.codec_context.name not in PICTURE_CODECS:
            raise Unfit(Fault.VIDEO)
    if not container.streams.audio:
        raise Unfit(Fault.NO_SOUND)
    context = container.streams.audio[0].codec_context
    if context.rate not in RATES or not 1 <= context.channels <= MOST_CHANNELS:
        raise Unfit(Fault.STRANGE)
    if container.format.name == "ogg":
        return "audio/ogg; codecs=opus" if context.name == "opus" else "audio/ogg"
    return MEDIA_TYPES.get(container.format.name, "audio/x-caf")


def _stated_seconds(container: InputContainer) -> float:
    stream = container.streams.audio[0]
    lengths = [0.0]
    if container.duration:
        lengths.append(container.duration / av.time_base)
    if stream.duration and stream.time_base:
        lengths.append(float(stream.duration * stream.time_base))
    return max(lengths)


def _riff_shortage(path: Path) -> float:
    """Give how many times longer a WAV says it is than it is: FFmpeg corrects that silently."""
    with path.open("rb") as file:
        head = file.read(8)
    stated, size = int.from_bytes(head[4:], "little") + 8, path.stat().st_size
    # Programs that write to a pipe cannot know the length: they state nothing, or the largest.
    if head[:4] != b"RIFF" or stated in {8, 0x100000007} or stated <= size:
        return 1.0
    return stated / size


def _decode(container: InputContainer, found: _Levels, longest: float) -> None:
    deadline = time.monotonic() + LONGEST_DECODING_SECONDS
    for frame in frames(container):
        if frame.sample_rate not in RATES:
            raise Unfit(Fault.STRANGE)
        found.take(_mono(frame), frame.sample_rate)
        # Headers lie, and webm from a browser states no length at all.
        if found.seconds > longest + 1:
            raise Unfit(Fault.TOO_LONG, found.seconds)
        if time.monotonic() > deadline:
            raise Unfit(Fault.SLOW)


def _mono(frame: av.AudioFrame) -> NDArray[np.float32]:
    """Give the loudest channel of a frame, 1.0 being full scale."""
    content: NDArray[Any] = frame.to_ndarray()
    if content.dtype == np.uint8:
        content = (content.astype(np.float32) - 128) / 128
    elif content.dtype.kind == "i":
        content = content.astype(np.float32) / 2.0 ** (8 * content.dtype.itemsize - 1)
    else:
        content = np.nan_to_num(content.astype(np.float32), nan=0.0, posinf=1.0, neginf=-1.0)
    channels = len(frame.layout.channels)
    if not frame.format.is_planar:
        content = content.reshape(-1, channels).T
    if len(content) == 1:
        content = content[0]
    else:
        content = content[int(np.abs(content).max(axis=1).argmax())]
    return content.astype(np.float32, copy=False)


class _Levels:
    """Peak, the loudest tenth of a second, and how much of the sound is flat at full scale."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.peak = 0.0
        self.loudest_rms = 0.0
        self._clipped = 0
        self._count = 0
        self._held: list[NDArray[np.float32]] = []
        self._held_count = 0

    def take(self, content: NDArray[np.float32], rate: int) -> None:
        self.seconds += len(content) / rate
        self._held.append(content)
        self._held_count += len(content)
        # Frames are as short as 20 ms; counting in larger pieces is several times faster.
        if self._held_count >= rate // 10:
            self._measure(np.concatenate(self._held))
            self._held, self._held_count = [], 0

    @property
    def clipped_share(self) -> float:
        return self._clipped / self._count if self._count else 0.0

    def _measure(self, content: NDArray[np.float32]) -> None:
        size = np.abs(content)
        peak = float(size.max())
        self.peak = max(self.peak, peak)
        self.loudest_rms = max(self.loudest_rms, float(np.sqrt(np.mean(np.square(content)))))
        self._count += len(content)
        if peak >= FLAT_TOP:
            # Flat at the top: three samples in a row that hardly differ, at full scale.
            near = (size[:-1] >= FLAT_TOP) & (np.abs(np.diff(content)) < FLAT_STEP)
            self._clipped += int(np.count_nonzero(near[1:] & near[:-1]))
