"""Opus as the speaker link carries it: packets of 20 ms, one encoder a stream."""

from __future__ import annotations

from typing import TYPE_CHECKING

import av
import numpy as np

from tiengmo.voices.audio.constants import RATE

if TYPE_CHECKING:
    from numpy.typing import NDArray

PACKET = RATE // 50
BITS_PER_SECOND = 32_000


class OpusEncoder:
    """Takes whole packets' worth of samples, gives as many packets."""

    def __init__(self) -> None:
        codec = av.CodecContext.create("libopus", "w")
        if not isinstance(codec, av.AudioCodecContext):
            raise TypeError("libopus is no sound codec")
        codec.sample_rate = RATE
        codec.layout = "mono"
        codec.format = "flt"
        codec.bit_rate = BITS_PER_SECOND
        # As for recorded sounds: above level 6 it costs four times as much.
        codec.options = {
            "application": "audio",
            "frame_duration": "20",
            "vbr": "constrained",
            "compression_level": "5",
        }
        codec.open()
        self._codec = codec
        self._position = 0

    def encode(self, samples: NDArray[np.float32]) -> list[bytes]:
        packets: list[bytes] = []
        for start in range(0, len(samples), PACKET):
            piece = np.ascontiguousarray(samples[None, start : start + PACKET], dtype=np.float32)
            frame = av.AudioFrame.from_ndarray(piece, format="flt", layout="mono")
            frame.sample_rate = RATE
            frame.pts = self._position
            self._position += PACKET
            packets.extend(bytes(packet) for packet in self._codec.encode(frame))
        return packets
