"""One box through several lives of its program, and an ear at its loudspeaker."""

import asyncio
import hashlib
import random
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
from speaker_agent.box import Box
from speaker_agent.host import Host
from speaker_agent.outputs.base import Pcm
from speaker_agent.outputs.null import NullOutput
from speaker_agent.playing.pacer import Pacer
from speaker_agent.sound.decoding import Decoders
from speaker_agent.state import Config, StateDir
from speaker_link.messages import Broker

from bench.agent_peer import opus

from .server import Server
from .world import AtOnce, FastLoop, World

RATE = 16_000
LOUD = 300
# Another sound without a pause between: from this length on its pitch can be told.
SHORTEST_PIECE = 100
OTHER_HERTZ = 300
GAP_SAMPLES = RATE // 4
PITCH_SAMPLES = 4000
FIRST_PITCH, PITCH_STEP, PITCHES = 400, 100, 25
# An idle round only looks whether a file wants closing.
IDLE_STRETCH = 30


def tone(pitch: int, seconds: float) -> bytes:
    """A sound that tells which it is."""
    at = np.arange(int(seconds * 48_000)) / 48_000
    hertz = FIRST_PITCH + PITCH_STEP * pitch
    return opus((np.sin(2 * np.pi * hertz * at) * 12_000).astype(np.int16))


@dataclass
class Heard:
    """Something sounded without a pause, at these true instants."""

    begins: float
    ends: float
    parts: list[Pcm] = field(default_factory=list)

    @property
    def pitch(self) -> int:
        """Which of the sounds it was."""
        sound = np.concatenate(self.parts)[:PITCH_SAMPLES].astype(float)
        spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
        hertz = np.argmax(spectrum) * RATE / len(sound)
        return round((hertz - FIRST_PITCH) / PITCH_STEP)


class Ear(NullOutput):
    """The real paced output, and somebody who listens with a true watch."""

    def __init__(self, clock: Any, world: World, heard: list[Heard]) -> None:
        super().__init__(clock, rate=RATE)
        self.world = world
        self.all_heard = heard
        self._last = -GAP_SAMPLES
        self._hertz = 0.0

    def _instant(self, sample: int) -> float:
        return self.world.true_at(self.origin + sample / self.rate)

    def _play(self, pcm: Pcm) -> None:
        super()._play(pcm)
        loud = np.flatnonzero(np.abs(pcm.astype(np.int32)) > LOUD)
        if not len(loud):
            return
        first, last = self._heard + int(loud[0]), self._heard + int(loud[-1])
        hertz = _hertz(pcm)
        is_new = first - self._last >= GAP_SAMPLES
        is_other = bool(hertz and self._hertz and abs(hertz - self._hertz) > OTHER_HERTZ)
        self._hertz = hertz or (0.0 if is_new else self._hertz)
        if is_new or is_other:
            self.all_heard.append(Heard(self._instant(first), 0.0))
        run = self.all_heard[-1]
        run.ends = self._instant(last)
        if sum(map(len, run.parts)) < PITCH_SAMPLES:
            run.parts.append(pcm[int(loud[0]) :].copy())
        self._last = last


def _hertz(pcm: Pcm) -> float:
    """Of a tone, by its zero crossings; 0 when it is too short to tell."""
    crossings = np.flatnonzero(np.diff(np.signbit(pcm)))
    if len(pcm) < SHORTEST_PIECE or len(crossings) < 3:
        return 0.0
    return float((len(crossings) - 1) * RATE / 2 / (crossings[-1] - crossings[0]))


class HandPacer(Pacer):
    """The real rounds, in turn with the loop instead of beside it."""

    def __init__(self, world: World) -> None:
        super().__init__(monotonic=world.counter)
        self._loop = asyncio.get_running_loop()
        self._due: asyncio.TimerHandle | None = None
        self._turn()

    def _run(self) -> None:
        """Nothing of its own."""

    def wake(self) -> None:
        self._loop.call_soon(self._turn)

    def _turn(self) -> None:
        if self._due is not None:
            self._due.cancel()
        pause = self.go_round()
        self._due = self._loop.call_later(pause if pause < 1 else pause * IDLE_STRETCH, self._turn)


class Village:
    """A box, what it holds on its disk, and who listens."""

    def __init__(self, folder: Path, world: World, *, seed: int = 0) -> None:
        random.seed(seed)  # the agent's own pauses
        self.world = world
        self.heard: list[Heard] = []
        self.state = StateDir(folder)
        self.serial = "BX-0001"
        self.server = Server(world, self.serial, seed=seed)
        self.server.key = self.state.key_for_enrolment().public
        self.state.save(
            Config(
                serial=self.serial,
                gateway_url="http://127.0.0.1:1",
                root=self.server.root.public.to_jwk(),
                broker=Broker(host="127.0.0.1", port=1, uses_tls=False, username="x", password="x"),
            )
        )
        self._loop: FastLoop | None = None
        self.box: Box

    def put_sound(self, sound: bytes) -> str:
        """Into the box's store, as if it had been fetched."""
        sha256 = hashlib.sha256(sound).hexdigest()
        path = self.state.sounds / sha256[:2] / f"{sha256}.sound"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(sound)
        return sha256

    def start(self) -> None:
        """The program begins."""
        self._loop = loop = FastLoop(self.world)
        self.server.begin()
        self._take_in_hand()
        loop.run_until_complete(self._begin())

    def _take_in_hand(self) -> None:
        """The ear, the rounds and the line, until the program is killed."""

        def open_ear(_kind: str, *, clock: Any, **_how: Any) -> Ear:
            return Ear(clock, self.world, self.heard)

        self._hands = ExitStack()
        for name, ours in (
            ("speaker_agent.box.open_output", open_ear),
            ("speaker_agent.host.Pacer", lambda: HandPacer(self.world)),
            ("speaker_agent.box.keep_connected", self.server.keep_connected),
        ):
            self._hands.enter_context(mock.patch(name, ours))

    async def _begin(self) -> None:
        self._host = host = Host(journal=self.state.journal, sounds=self.state.sounds)
        host.decoders = Decoders(AtOnce())
        assert self._loop is not None
        self._loop.hurry.settle = lambda: host.journal.write().result()
        self.box = Box(self.state, host, sources=self.world.sources())
        self._running = asyncio.create_task(self.box.run())

    def live_until(self, instant: float) -> None:
        """Let the box live until a true instant."""

        async def wait() -> None:
            while (left := instant - self.world.true) > 0:
                sleeping = asyncio.create_task(asyncio.sleep(left))
                await asyncio.wait({sleeping, self._running}, return_when=asyncio.FIRST_COMPLETED)
                if self._running.done():
                    self._running.result()
                    raise RuntimeError("the box ended")
                sleeping.cancel()

        assert self._loop is not None
        self._loop.run_until_complete(wait())

    def kill(self) -> None:
        """As `kill -9`, or the power: nothing more is written, nothing is said."""
        assert self._loop is not None
        self.server.cut()
        self._host.journal.close()
        self._loop.hurry.settle = lambda: None
        self._loop.run_until_complete(self._wither())
        self._loop.close()
        self._hands.close()

    async def _wither(self) -> None:
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        await asyncio.wait(rest, timeout=60)
        await self._host.client.aclose()
