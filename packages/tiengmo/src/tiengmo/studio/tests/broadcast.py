"""Segments as a box would play them: verified by nobody, decoded, laid on the time line."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import av
import numpy as np
from speaker_link.envelope import Signer, peek
from speaker_link.keys import PrivateKey
from speaker_link.kinds import Priority
from speaker_link.on_air import unpack

from tiengmo.studio.playout.output import Address, Output

from .factories import RATE


@dataclass
class Broadcast:
    """Takes what an Output publishes; `margins` are how long before its instant each came."""

    bodies: list = field(default_factory=list)
    margins: list[float] = field(default_factory=list)

    def publish(self, _topic: str, text: str, start: float) -> None:
        self.margins.append(start - time.time())
        self.bodies.append(peek(text).body)

    def output(self, *, delay: float, segment: float, epoch: float | None = None) -> Output:
        address = Address(
            "buoi-1", "02701", "luong-1", ("02701",), Priority.ROUTINE,
            Signer(PrivateKey.generate(), None),
        )  # fmt: skip
        return Output(
            address, epoch=epoch or time.time(), delay=delay, segment=segment, publish=self.publish
        )

    def heard(self) -> tuple[float, np.ndarray]:
        """The instant of the first sample, and everything since, gaps as silence."""
        decoder = av.CodecContext.create("libopus", "r")
        decoder.sample_rate, decoder.layout = RATE, "mono"
        first = self.bodies[0].start.timestamp()
        last = self.bodies[-1]
        length = last.start.timestamp() - first + last.duration_ms / 1000 + 0.1
        line = np.zeros(int(length * RATE), dtype=np.float32)
        for body in self.bodies:
            at = round((body.start.timestamp() - first) * RATE)
            pieces = [
                frame.to_ndarray()[0]
                for packet in unpack(body.packets)
                for frame in decoder.decode(av.Packet(packet))
            ]
            sound = np.concatenate(pieces)
            if sound.dtype == np.int16:
                sound = sound.astype(np.float32) / 32768
            line[at : at + len(sound)] = sound
        return first, line


def first_tone(line: np.ndarray, hertz: float, *, after: float = 0.0) -> float | None:
    """Seconds into a line at which a steady tone of this pitch is first heard."""
    size = RATE // 50
    at = np.arange(size) / RATE
    wave = np.exp(-2j * np.pi * hertz * at) / size
    for start in range(int(after * RATE) // size * size, len(line) - size, size):
        piece = line[start : start + size]
        share = abs(np.dot(piece, wave)) * 2
        level = np.sqrt(np.mean(np.square(piece, dtype=np.float64)))
        if level > 0.02 and share > 1.1 * level:
            return start / RATE
    return None


def longest_silence(line: np.ndarray, *, floor: float = 1e-3) -> float:
    """Seconds of the longest stretch of nothing."""
    size = RATE // 50
    whole = line[: len(line) // size * size].reshape(-1, size)
    levels = np.sqrt(np.mean(np.square(whole, dtype=np.float64), axis=1))
    longest = run = 0
    for level in levels:
        run = run + 1 if level < floor else 0
        longest = max(longest, run)
    return longest * size / RATE
