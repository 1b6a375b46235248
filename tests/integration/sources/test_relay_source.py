"""A real decoder on a real connection to an upper station that dies, hangs and falls silent."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta

import av
import numpy as np
import pytest
from tiengmo.studio.playout.relay_session import RelaySession
from tiengmo.studio.playout.rows import Carried
from tiengmo.studio.rules import Window
from tiengmo.studio.tests.broadcast import Broadcast, first_tone, longest_silence
from tiengmo.studio.tests.factories import RATE
from tiengmo.studio.tests.stations import Station

pytestmark = pytest.mark.integration
FALLBACK_HERTZ = 1000.0


class Log:
    """The rows a session writes, as they were written."""

    def __init__(self):
        self.events = []
        self.states = []

    async def event(self, kind, *, relay_id, is_alarm=True, is_over=False, detail=""):
        self.events.append((str(kind), is_over))

    async def relay(self, relay_id, state, level, error):
        self.states.append(str(state))


@pytest.fixture(autouse=True)
def _sources_here(monkeypatch):
    monkeypatch.setenv("TIENGMO_STUDIO_SOURCES_HERE", "1")


@pytest.fixture
def fallback(tmp_path):
    """A tone of 1 kHz: heard in a line of speech at once."""
    path = tmp_path / "thay-the.wav"
    tone = (0.25 * np.sin(2 * np.pi * FALLBACK_HERTZ * np.arange(RATE * 30) / RATE)) * 32767
    with av.open(str(path), "w", format="wav") as container:
        stream = container.add_stream("pcm_s16le", rate=RATE, layout="mono")
        frame = av.AudioFrame.from_ndarray(
            tone.astype(np.int16)[None, :], format="s16", layout="mono"
        )
        frame.sample_rate = RATE
        container.mux(stream.encode(frame))
    return str(path)


def carried(url, fallback, *, seconds=60.0, upstream=""):
    now = datetime.now(UTC)
    return Carried(
        id=1, window=Window(now, now + timedelta(seconds=seconds)), source=url, upstream=upstream,
        station="02701", fallback=(fallback,) if fallback else (), is_held=False, changed_at=now,
    )  # fmt: skip


class OnAir:
    def __init__(self, own):
        self.log, self.broadcast = Log(), Broadcast()

        async def open_output():
            return self.broadcast.output(delay=1.2, segment=0.5)

        self.session = RelaySession(own, self.log, open_output=open_output)

    async def __aenter__(self):
        self.task = asyncio.create_task(self.session.run())
        return self

    async def __aexit__(self, *_ended):
        self.session.is_over = True
        await asyncio.wait_for(self.task, 10)


@pytest.mark.parametrize("fault", ["dead", "hung", "silent"])
async def test_the_fallback_is_heard_within_five_seconds_and_without_a_hole(fault, fallback):
    async with Station() as station:
        async with OnAir(carried(station.url, fallback)) as air:
            await asyncio.sleep(7)
            failed_at = station.fail(fault)
            await asyncio.sleep(6)
        first, line = air.broadcast.heard()
        heard = first_tone(line, FALLBACK_HERTZ)
        assert heard is not None
        late = first + heard - failed_at
        assert 0 < late <= 5.0, f"heard {late:.2f} s after {fault}"
        assert longest_silence(line[RATE:]) < 1.0
        assert (f"source_{fault}", False) in air.log.events or (
            # Whichever is seen first: both are the same fault of the same source.
            fault in {"dead", "hung"} and ("source_dead", False) in air.log.events
        )
        assert air.log.states[-1] == "fallback"
        assert min(air.broadcast.margins) > 0.4


async def test_the_source_comes_back_once_it_is_steady(fallback):
    async with Station() as station:
        async with OnAir(carried(station.url, fallback)) as air:
            await asyncio.sleep(6)
            station.fail("hung")
            await asyncio.sleep(6)
            station.state = "playing"
            await asyncio.sleep(10)
        assert air.log.states[-1] == "source"
        assert air.log.events[-1][1], "the alarm is over"


async def test_a_source_that_was_never_there_is_replaced_at_the_hour(fallback):
    began = time.time()
    async with OnAir(carried("http://127.0.0.1:9/khong-co.mp3", fallback)) as air:
        await asyncio.sleep(6)
    first, line = air.broadcast.heard()
    heard = first_tone(line, FALLBACK_HERTZ)
    assert heard is not None
    assert first + heard - began <= 5.0
    assert ("source_dead", False) in air.log.events


async def test_nothing_is_sent_for_after_the_hours():
    async with Station() as station:
        own = carried(station.url, "", seconds=6.0)
        async with OnAir(own) as air:
            await asyncio.wait_for(air.task, 12)
        last = air.broadcast.bodies[-1]
        ends = last.start + timedelta(milliseconds=last.duration_ms)
        assert ends <= own.window.end
        assert last.last


async def test_without_a_fallback_a_broken_source_is_silence_and_says_so():
    async with Station() as station:
        async with OnAir(carried(station.url, "")) as air:
            await asyncio.sleep(5)
            station.fail("dead")
            await asyncio.sleep(5)
        assert air.log.states[-1] == "silent"
