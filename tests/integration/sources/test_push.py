"""What butt and ffmpeg say to an Icecast server, said to ours."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import time

import pytest
from tiengmo.studio.playout.push import PushServer
from tiengmo.studio.playout.readers import Reader
from tiengmo.studio.playout.rows import Taken
from tiengmo.studio.playout.session import Session
from tiengmo.studio.tests.broadcast import Broadcast
from tiengmo.studio.tests.factories import RATE
from tiengmo.studio.tests.stations import PIECE_SECONDS, Station

pytestmark = pytest.mark.integration
PASSWORD = "abcde-fghjk"


class Log:
    def __init__(self):
        self.sounds = 0
        self.losses = 0
        self.finished = False

    async def sound(self, *_told):
        self.sounds += 1

    async def loss(self, *_told):
        self.losses += 1

    async def event(self, *_told, **_more):
        pass

    async def finish(self, *_told):
        self.finished = True

    async def end_lost(self, *_told):
        pass


class Studio:
    """A takeover that waits for an encoder, and the server that encoders push to."""

    def __init__(self):
        # Encoding takes a while: not while somebody is on air in the same loop.
        self.pieces = Station().pieces
        self.broadcast, self.log = Broadcast(), Log()
        taken = Taken("buoi-1", "02701", "encoder", "", True, False, 1, time.time() + 600, False)
        output = self.broadcast.output(delay=2.0, segment=1.0)
        self.session = Session(taken, output, self.log, delay=2.0, segment=1.0)

        async def is_password(mount, password):
            return (mount, password) == ("02701", PASSWORD)

        self.server = PushServer(
            lambda code: self.session if code == "02701" else None, is_password
        )
        self._said: list[asyncio.StreamWriter] = []

    async def __aenter__(self):
        self.session.begin()
        probe = await asyncio.start_server(lambda _r, _w: None, "127.0.0.1", 0)
        self.port = probe.sockets[0].getsockname()[1]
        probe.close()
        await probe.wait_closed()
        self.serving = asyncio.create_task(self.server.run("127.0.0.1", self.port))
        self.running = asyncio.create_task(self.session.run())
        await asyncio.sleep(0.2)
        return self

    async def __aexit__(self, *_ended):
        self.session.is_ending = True
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self.running, 8)
        self.serving.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.serving
        for writer in self._said:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def say(self, head: str, password: str = PASSWORD):
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        word = base64.b64encode(f"source:{password}".encode()).decode()
        self._said.append(writer)
        writer.write(f"{head}\r\nAuthorization: Basic {word}\r\n\r\n".encode())
        await writer.drain()
        return reader, writer


async def push(pieces, writer, seconds):
    began = time.monotonic()
    for number in range(int(seconds / PIECE_SECONDS)):
        writer.write(pieces[number])
        await writer.drain()
        await asyncio.sleep(max(0.0, began + number * PIECE_SECONDS - time.monotonic()))


@pytest.mark.parametrize(
    ("head", "answers"),
    [
        ("SOURCE /02701 HTTP/1.0\r\nContent-Type: audio/mpeg", b"HTTP/1.0 200"),
        ("PUT /02701 HTTP/1.1\r\nExpect: 100-continue", b"HTTP/1.1 100"),
    ],
)
async def test_an_encoder_is_heard_after_the_jingle(head, answers):
    async with Studio() as studio:
        reader, writer = await studio.say(head)
        assert (await reader.readline()).startswith(answers)
        await push(studio.pieces, writer, 8)
        writer.close()
    assert studio.log.sounds
    assert studio.log.finished
    _first, line = studio.broadcast.heard()
    assert len(line) / RATE > 7
    assert studio.broadcast.bodies[-1].last
    assert min(studio.broadcast.margins) > 0.3


async def test_whoever_may_not_is_told_so():
    async with Studio() as studio:
        for head, password, status in (
            ("SOURCE /02701 HTTP/1.0", "sai", "401"),
            ("SOURCE /99999 HTTP/1.0", PASSWORD, "401"),
            ("GET /02701 HTTP/1.0", PASSWORD, "405"),
            ("GET /admin/metadata?song=x HTTP/1.0", PASSWORD, "200"),
            ("nonsense", PASSWORD, "400"),
        ):
            reader, _writer = await studio.say(head, password)
            assert status in (await asyncio.wait_for(reader.readline(), 60)).decode(), head
            assert not studio.log.sounds, head


async def test_an_encoder_that_pushes_a_whole_file_at_once_is_held_back():
    async with Studio() as studio:
        _reader, writer = await studio.say("SOURCE /02701 HTTP/1.0")
        writer.write(b"".join(studio.pieces[:300]))
        await asyncio.sleep(6)
        output = studio.session.output
        assert output.position / RATE < time.time() - output.epoch + 1
        writer.transport.abort()


async def test_a_decoder_that_nobody_reads_is_ended_all_the_same():
    """Its output is held back; whoever waits for its end must not wait for that as well."""
    pieces = Station().pieces
    for _ in range(3):
        decoder = await Reader.start("-")
        await decoder.feed(b"".join(pieces[:100]))
        pipe = decoder._process.stdout
        async with asyncio.timeout(90):
            while not pipe._paused:  # noqa: ASYNC110 - asyncio tells nobody
                await asyncio.sleep(0.05)
        async with asyncio.timeout(90):
            await decoder.close()
