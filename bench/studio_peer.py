"""A studio as small as it can be: a microphone that holds a given sound, on air in real time.

Used by the tests and benches of the speaker agent; it speaks the real messages.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import av
import numpy as np
from speaker_link import topics
from speaker_link.envelope import Signer, new_id
from speaker_link.kinds import Priority
from speaker_link.messages import Live, Takeover
from speaker_link.on_air import LIVE_RATE, pack

from bench.agent_peer import STATION, Peer

FRAME = 960


class Encoder:
    """A second of sound after another to Opus packets, one encoder for the whole stream."""

    def __init__(self, *, bit_rate: int = 32_000) -> None:
        self._codec = av.CodecContext.create("libopus", "w")
        self._codec.sample_rate = LIVE_RATE
        self._codec.layout = "mono"
        self._codec.format = "s16"
        self._codec.bit_rate = bit_rate
        self._codec.open()
        self._at = 0

    def packets(self, pcm: np.ndarray) -> list[bytes]:
        found = []
        for start in range(0, len(pcm), FRAME):
            part = pcm[start : start + FRAME].reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(part, format="s16", layout="mono")
            frame.sample_rate, frame.pts = LIVE_RATE, self._at
            self._at += FRAME
            found.extend(bytes(packet) for packet in self._codec.encode(frame))
        return found


class StudioPeer:
    """One takeover of the peer's station."""

    def __init__(
        self,
        peer: Peer,
        *,
        name: str | None = None,
        priority: Priority = Priority.ROUTINE,
        areas: tuple[str, ...] = (STATION,),
        key: Signer | None = None,
        delay: float = 2.0,
    ) -> None:
        self.peer = peer
        self.takeover = name or new_id()
        self.stream = new_id()
        self.priority = priority
        self.areas = list(areas)
        self.key = key or peer.station
        self.delay = delay
        self.version = 0
        self.began = 0.0
        """The instant (server's time) of the stream's first sample at the boxes."""
        self._encoder = Encoder()
        self.sequence = 0

    @property
    def item_id(self) -> str:
        return f"{self.takeover}.{self.stream}"

    def body(self, **changes) -> Takeover:
        self.version += 1
        values = {
            "version": self.version,
            "takeover": self.takeover,
            "station": STATION,
            "title": "Trực tiếp",
            "stream": self.stream,
            "kid": self.key.key.kid,
            "start": self.peer.now(),
            "until": self.peer.now() + timedelta(minutes=10),
        }
        return Takeover(**(values | changes))

    async def take_over(self, **changes) -> None:
        by = [self.peer.station]
        if self.priority is Priority.EMERGENCY:
            by.append(self.peer.second)
        await self.peer.say(
            self.body(**changes),
            topics.takeover(STATION, self.takeover),
            retain=True,
            areas=self.areas,
            priority=self.priority,
            by=by,
        )

    def segment(self, pcm: np.ndarray, start: float, **changes) -> Live:
        values = {
            "takeover": self.takeover,
            "station": STATION,
            "stream": self.stream,
            "sequence": self.sequence,
            "start": datetime.fromtimestamp(start, UTC),
            "duration_ms": len(pcm) * 1000 // LIVE_RATE,
            "packets": pack(self._encoder.packets(pcm)),
        }
        self.sequence += 1
        return Live(**(values | changes))

    async def send(self, segment: Live, **how) -> None:
        await self.peer.say(
            segment,
            topics.live(STATION, self.takeover),
            qos=0,
            **{"areas": self.areas, "priority": self.priority, "by": [self.key]} | how,
        )

    async def speak(
        self,
        sound: np.ndarray,
        *,
        seconds: float = 1.0,
        skip: Callable[[int], bool] = lambda _: False,
        drift_ppm: float = 0.0,
        ends: bool = True,
    ) -> None:
        """On air in real time; `skip` loses segments, `drift_ppm` is the sound card's."""
        size = int(seconds * LIVE_RATE)
        if not self.began:
            self.began = round(self.peer.now().timestamp() + self.delay, 3)
        parts = [sound[at : at + size] for at in range(0, len(sound) - size + 1, size)]
        for number, part in enumerate(parts):
            captured = self.began - self.delay + (number + 1) * seconds * (1 + drift_ppm / 1e6)
            await asyncio.sleep(max(0.0, captured - self.peer.now().timestamp()))
            start = captured + self.delay - seconds
            is_last = ends and number == len(parts) - 1
            segment = self.segment(part, start, last=is_last)
            if not skip(number):
                await self.send(segment)

    async def give_back(self) -> None:
        await self.take_over(ended=True)
