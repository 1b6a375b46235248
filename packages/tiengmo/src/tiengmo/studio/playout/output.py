"""One stream on its way out: samples in, signed segments to the broker, packets to a file."""

from __future__ import annotations

import struct
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
from speaker_link import topics
from speaker_link.envelope import Signer, compose, sign
from speaker_link.messages import Live
from speaker_link.on_air import pack

from tiengmo.studio.sound.encoding import PACKET, OpusEncoder
from tiengmo.voices.audio.constants import RATE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray
    from speaker_link.kinds import Priority

LEAST_SAMPLES = RATE // 10  # the link carries no shorter segment


@dataclass(frozen=True)
class Address:
    """Whose stream it is, and where to."""

    takeover: str
    station: str
    stream: str
    areas: tuple[str, ...]
    priority: Priority
    signer: Signer


class Output:
    """Cuts one stream into segments. `position` counts samples since `epoch`, gaps included.

    Sample n is captured at `epoch` + n/48000 (seconds since 1970, the server's clock) and leaves
    every box `delay` seconds later.
    """

    def __init__(
        self,
        address: Address,
        *,
        epoch: float,
        delay: float,
        segment: float,
        publish: Callable[[str, str, float], None],
        record_to: Path | None = None,
    ) -> None:
        self.address = address
        self.epoch = epoch
        self.delay = delay
        self.position = 0
        self.segments = 0
        self._topic = topics.live(address.station, address.takeover)
        self._segment = round(segment * RATE)
        self._publish = publish
        self._encoder = OpusEncoder()
        self._held: NDArray[np.float32] = np.zeros(0, dtype=np.float32)
        self._gap = False
        self._file = record_to.open("ab") if record_to is not None else None

    def capture_position(self, instant: float) -> int:
        """Which sample is captured at an instant."""
        return round((instant - self.epoch) * RATE)

    @property
    def heard_until(self) -> float:
        """The instant at which the boxes have played all that was written."""
        return self.epoch + self.position / RATE + self.delay

    def skip_to(self, position: int) -> None:
        """Leave a gap: what was held goes out, and the next segment does not join it."""
        if position <= self.position:
            return
        self.flush()
        self.position = position
        self._gap = self.segments > 0

    def write(self, samples: NDArray[np.float32]) -> None:
        self.position += len(samples)
        self._held = np.concatenate([self._held, samples])
        while len(self._held) >= self._segment:
            self._send(self._held[: self._segment], self.position - len(self._held))
            self._held = self._held[self._segment :].copy()

    def flush(self, *, last: bool = False) -> None:
        """Send what is held, made up to whole packets with silence."""
        if not len(self._held) and not last:
            return
        wanted = max(LEAST_SAMPLES, -(-len(self._held) // PACKET) * PACKET)
        start = self.position - len(self._held)
        padded = np.zeros(wanted, dtype=np.float32)
        padded[: len(self._held)] = self._held
        self.position = start + wanted
        self._held = np.zeros(0, dtype=np.float32)
        self._send(padded, start, last=last)

    def flush_overdue(self, late: float) -> None:
        """Send what is held and has waited so long that nothing can still join it in time."""
        if len(self._held) and time.time() - self.epoch - self.position / RATE > late:
            self.flush()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def _send(self, samples: NDArray[np.float32], position: int, *, last: bool = False) -> None:
        start = self.epoch + position / RATE + self.delay
        packets = self._encoder.encode(samples)
        text = self._signed(packets, len(samples), start, last=last)
        self._publish(self._topic, text, start)
        if self._file is not None:
            for packet in packets:
                self._file.write(struct.pack(">H", len(packet)) + packet)
            # A process that is killed loses no more than the segment in hand.
            self._file.flush()
        self.segments += 1
        self._gap = False

    def _signed(self, packets: list[bytes], samples: int, start: float, *, last: bool) -> str:
        own = self.address
        body = Live(
            takeover=own.takeover,
            station=own.station,
            stream=own.stream,
            sequence=self.segments,
            start=instant(start),
            duration_ms=samples * 1000 // RATE,
            packets=pack(packets),
            discontinuity=self._gap,
            last=last,
        )
        # A clock that steps back must not make a segment that is not valid yet.
        now = min(datetime.now(UTC), body.start - timedelta(milliseconds=1))
        message = compose(body, now=now, areas=list(own.areas), priority=own.priority)
        return sign(message, by=[own.signer])


def instant(seconds: float) -> datetime:
    """To the millisecond, which is what the link carries."""
    return datetime.fromtimestamp(round(seconds, 3), UTC)
