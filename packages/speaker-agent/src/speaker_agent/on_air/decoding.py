"""Live segments to samples: one decoder for each stream, so that segments join without a click.

Boxes of one process that follow one stream share its decoder: each segment is decoded once.
"""

import logging
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import av
import numpy as np
from speaker_link.messages import Live
from speaker_link.on_air import LIVE_RATE, unpack

from speaker_agent.outputs.base import Pcm

if TYPE_CHECKING:
    from av.audio.codeccontext import AudioCodecContext

log = logging.getLogger(__name__)

DECODER = "libopus" if "libopus" in av.codecs_available else "opus"
FADE_SECONDS = 0.02
# Boxes of a process meet a segment within a moment of each other.
KEPT_CHUNKS = 8
KEPT_STREAMS = 16


@dataclass(frozen=True)
class Chunk:
    """Samples, and the instant (server's time) at which the first of them is to be heard."""

    sequence: int
    instant: float
    pcm: Pcm
    rate: int
    is_last: bool = False

    @property
    def end(self) -> float:
        """The instant after its last sample."""
        return self.instant + len(self.pcm) / self.rate


class StreamDecoder:
    """Opus packets in, samples at the output's rate out, in the order of the stream."""

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self.sequence: int | None = None
        self._begin_anew()

    def _begin_anew(self) -> None:
        self._codec = cast("AudioCodecContext", av.CodecContext.create(DECODER, "r"))
        self._codec.sample_rate = LIVE_RATE
        self._codec.layout = "mono"
        self._resampler = av.AudioResampler(format="s16", layout="mono", rate=self.rate)
        self._taken = 0
        self._given = 0

    def decode(self, segment: Live) -> Chunk | None:
        """The segment's samples; None if no decoder makes sound of it."""
        is_joined = (
            self.sequence is not None
            and segment.sequence == self.sequence + 1
            and not segment.discontinuity
        )
        if not is_joined:
            self._begin_anew()
        self.sequence = segment.sequence
        # A resampler holds back its last samples, so a chunk may begin a little early.
        early = self._taken / LIVE_RATE - self._given / self.rate
        try:
            pcm = self._samples_of(segment)
        except (av.FFmpegError, ValueError) as error:
            log.warning("segment %s of %s: %s", segment.sequence, segment.stream, error)
            self.sequence = None
            return None
        if not is_joined:
            pcm = fade_in(pcm, self.rate)
        instant = segment.start.timestamp() - early
        return Chunk(segment.sequence, instant, pcm, self.rate, segment.last)

    def _samples_of(self, segment: Live) -> Pcm:
        parts: list[Pcm] = []
        for packet in unpack(segment.packets):
            for frame in self._codec.decode(av.Packet(packet)):
                frame.pts = None
                self._taken += frame.samples
                parts.extend(
                    converted.to_ndarray().reshape(-1).astype(np.int16, copy=False)
                    for converted in self._resampler.resample(frame)
                )
        pcm = np.concatenate(parts) if parts else np.empty(0, np.int16)
        self._given += len(pcm)
        return pcm


def fade_in(pcm: Pcm, rate: int) -> Pcm:
    """The beginning of a sound that nothing leads up to."""
    faded = pcm.copy()
    length = min(len(faded), int(FADE_SECONDS * rate))
    faded[:length] = (faded[:length] * np.linspace(0, 1, length)).astype(np.int16)
    return faded


class LiveDecoders:
    """The decoders of one process, by stream and rate. Used by the event loop's thread only."""

    def __init__(self) -> None:
        self._streams: OrderedDict[tuple[str, str, str, int], _Shared] = OrderedDict()

    def decode(self, segment: Live, rate: int) -> Chunk | None:
        """The samples of a segment that was judged good."""
        key = (segment.station, segment.takeover, segment.stream, rate)
        shared = self._streams.get(key)
        if shared is None:
            shared = self._streams[key] = _Shared(StreamDecoder(rate), OrderedDict())
            if len(self._streams) > KEPT_STREAMS:
                self._streams.popitem(last=False)
        self._streams.move_to_end(key)
        return shared.decode(segment)


@dataclass
class _Shared:
    decoder: StreamDecoder
    chunks: OrderedDict[int, tuple[str, Chunk | None]]

    def decode(self, segment: Live) -> Chunk | None:
        packets, chunk = self.chunks.get(segment.sequence, ("", None))
        if packets == segment.packets:
            return chunk
        if self.decoder.sequence is not None and segment.sequence <= self.decoder.sequence:
            # Another box is ahead of this one: its decoder does not go back.
            return StreamDecoder(self.decoder.rate).decode(segment)
        chunk = self.decoder.decode(segment)
        self.chunks[segment.sequence] = (segment.packets, chunk)
        if len(self.chunks) > KEPT_CHUNKS:
            self.chunks.popitem(last=False)
        return chunk
