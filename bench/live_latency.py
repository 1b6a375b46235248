"""A spoken word until it is heard: through a running demo's boxes, and through Icecast beside it.

A microphone without a browser sends WebM/Opus in pieces of 100 ms, as browsers record it; the
boxes' own recordings say when each word came out. In the same run the same sound, by the same
encoder, is pushed to Icecast in real time and taken from it by a listener that plays at once.

    bin/tiengmo demo --boxes 8 --output wav        (in another window)
    TIENGMO_HOME=… python bench/live_latency.py [--seconds 60]
"""

from __future__ import annotations

import argparse
import asyncio
import io
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import av
import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "integration" / "studio"))
sys.path.insert(0, str(ROOT / "tests"))
sys.path.insert(0, str(ROOT))

RATE = 48_000
PIECE = RATE // 10
WORD = RATE // 2


def _use_demo() -> Path:
    home = Path(os.environ.get("TIENGMO_HOME", ROOT / "var" / "demo"))
    for line in (home / "ports").read_text().splitlines():
        name, _, value = line.partition("=")
        os.environ[name] = value
    os.environ["TIENGMO_HOME"] = str(home)
    os.environ["TIENGMO_DEMO"] = "1"
    os.environ["TIENGMO_LOG"] = "WARNING"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tiengmo.config.settings")
    os.environ["TIENGMO_STUDIO_SOURCES_HERE"] = "1"
    import django

    django.setup()
    return home


def encoded(sound: np.ndarray, container: str, options: dict[str, str]):
    """Give what an encoder has written after each 100 ms of sound."""
    written: list[bytes] = []

    class Sink(io.RawIOBase):
        def writable(self) -> bool:
            return True

        def write(self, content) -> int:
            written.append(bytes(content))
            return len(content)

    with av.open(Sink(), "w", format=container, options=options) as out:
        stream = out.add_stream("libopus", rate=RATE, layout="mono")
        stream.bit_rate = 64_000
        for start in range(0, len(sound) - PIECE + 1, PIECE):
            for at in range(start, start + PIECE, 960):
                frame = av.AudioFrame.from_ndarray(
                    np.ascontiguousarray(sound[None, at : at + 960]), format="fltp", layout="mono"
                )
                frame.sample_rate, frame.pts = RATE, at
                out.mux(stream.encode(frame))
            yield b"".join(written)
            written.clear()


async def in_real_time(pieces, send) -> float:
    """Send each piece once it has been spoken; give the instant of the first sample."""
    began = time.time()
    for number, piece in enumerate(pieces, start=1):
        await asyncio.sleep(max(0.0, began + number * PIECE / RATE - time.time()))
        if piece:
            await send(piece)
    return began


def words(seconds: float, skip: float) -> range:
    """Every half second from `skip` on is a word."""
    return range(round(skip * RATE), round((seconds - 1) * RATE), WORD)


def figures(values: list[float]) -> str:
    whole = np.array(values)
    return f"{np.median(whole):.2f} | {np.percentile(whole, 99):.2f} | {whole.max():.2f}"


async def through_the_system(sound: np.ndarray, home: Path) -> tuple[list[float], list[float]]:
    import websockets
    from asgiref.sync import sync_to_async
    from django.conf import settings
    from listening import Recording
    from running_system import System
    from tiengmo.people.models import User
    from tiengmo.places.queries import unit_by_code
    from tiengmo.studio import actions, tokens

    by = await User.objects.aget(username="trucdai")
    station = await sync_to_async(unit_by_code)("082")
    takeover = await sync_to_async(actions.take_over_live)(
        station, by=by, areas=["082"], title="Đo độ trễ", has_jingle=False
    )
    address = f"ws://127.0.0.1:{settings.STUDIO_PORT}/studio/1/microphone"
    token = tokens.give(takeover.pk, by.pk)
    options = {"live": "1", "cluster_time_limit": "100", "flush_packets": "1"}
    async with websockets.connect(f"{address}?token={token}", origin=settings.PUBLIC_URL) as line:

        async def listen() -> None:
            async for _told in line:
                pass

        listening = asyncio.create_task(listen())
        began = await in_real_time(encoded(sound, "webm", options), line.send)
        await line.send('{"type": "stop"}')
        await asyncio.sleep(10)
        listening.cancel()
    recordings = [Recording.of(path) for path in System(home, {}).recordings().values()]
    seconds = len(sound) / RATE
    delays, spreads = [], []
    for at in words(seconds, 4):
        said = began + at / RATE
        found = [
            one.find(sound[at : at + WORD], around=said + 0.5, within=4.0) for one in recordings
        ]
        instants = [instant for instant, alike in found if alike > 0.6]
        delays += [instant - said for instant in instants]
        if len(instants) > 1:
            spreads.append((max(instants) - min(instants)) * 1000)
    expected = len(words(seconds, 4)) * len(recordings)
    print(f"words found: {len(delays)} of {expected} on {len(recordings)} boxes")
    return delays, spreads


ICECAST = """<icecast>
<limits><clients>20</clients><sources>2</sources><burst-on-connect>{on}</burst-on-connect>
<burst-size>{burst}</burst-size></limits>
<authentication><source-password>thu</source-password><admin-user>a</admin-user>
<admin-password>thu</admin-password></authentication>
<hostname>localhost</hostname><listen-socket><port>{port}</port>
<bind-address>127.0.0.1</bind-address></listen-socket>
<paths><logdir>{folder}</logdir><webroot>/usr/share/icecast2/web</webroot>
<adminroot>/usr/share/icecast2/admin</adminroot></paths>
<logging><accesslog>access.log</accesslog><errorlog>error.log</errorlog></logging>
{owner}</icecast>"""
OWNER = "<security><changeowner><user>nobody</user><group>nogroup</group></changeowner></security>"


@contextmanager
def icecast(*, burst: int):
    """An Icecast of our own; give its port, or None where it is not installed."""
    binary = shutil.which("icecast2")
    if binary is None:
        yield None
        return
    from bench.agent_broker import free_port

    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        configuration = Path(folder) / "icecast.xml"
        text = ICECAST.format(
            on=int(burst > 0),
            burst=burst,
            port=port,
            folder=folder,
            owner=OWNER if os.geteuid() == 0 else "",
        )
        configuration.write_text(text)
        configuration.chmod(0o644)
        server = subprocess.Popen([binary, "-c", str(configuration)], stderr=subprocess.DEVNULL)
        time.sleep(2)
        try:
            yield port
        finally:
            server.terminate()
            server.wait(5)


async def through_icecast(sound: np.ndarray, port: int) -> list[float]:
    """Push Ogg/Opus in real time, and note when a listener's decoder gives each word."""
    from tiengmo.studio.playout.readers import Reader

    _answers, push = await asyncio.open_connection("127.0.0.1", port)
    push.write(
        b"SOURCE /thu.opus HTTP/1.0\r\nAuthorization: Basic c291cmNlOnRodQ==\r\n"
        b"Content-Type: application/ogg\r\n\r\n"
    )
    arrivals: list[tuple[float, np.ndarray]] = []

    async def send(piece: bytes) -> None:
        push.write(piece)
        await push.drain()

    async def listen() -> None:
        await asyncio.sleep(12)
        reader = await Reader.start(f"http://127.0.0.1:{port}/thu.opus")
        try:
            while (piece := await reader.read()) is not None:
                arrivals.append((time.time(), piece))
        finally:
            await reader.close()

    listening = asyncio.create_task(listen())
    options = {"page_duration": "100000", "flush_packets": "1"}
    began = await in_real_time(encoded(sound, "ogg", options), send)
    await asyncio.sleep(2)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    return as_played(arrivals, sound, began)


def as_played(arrivals, sound: np.ndarray, began: float) -> list[float]:
    """A player begins with the first piece and plays on; it waits when it has run dry."""
    line = np.concatenate([piece for _at, piece in arrivals])
    starts, clock = [], 0.0
    for at, piece in arrivals:
        clock = max(clock, at)
        starts.append(clock)
        clock += len(piece) / RATE
    ends = np.cumsum([len(piece) for _at, piece in arrivals])
    delays = []
    for at in words(len(sound) / RATE, 16):
        said = sound[at : at + WORD]
        size = 1 << (len(line) + WORD).bit_length()
        product = np.fft.rfft(line, size) * np.conj(np.fft.rfft(said, size))
        place = int(np.argmax(np.fft.irfft(product, size)[: len(line)]))
        own = int(np.searchsorted(ends, place, side="right"))
        within = place - (ends[own] - len(arrivals[own][1]))
        delays.append(starts[own] + within / RATE - (began + at / RATE))
    return delays


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    asked = parser.parse_args()
    home = _use_demo()
    from tiengmo.studio.tests.factories import speech

    sound = speech(asked.seconds, seed=21)
    delays, spreads = await through_the_system(sound, home)
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print("| word → heard, s | median | p99 | worst |\n|---|---|---|---|")
    print(f"| Tiếng Mõ: signed, through the broker, on boxes | {figures(delays)} |")
    for name, burst in (("Icecast, its defaults (64 KiB burst)", 65_536), ("Icecast, no burst", 0)):
        with icecast(burst=burst) as port:
            found = await through_icecast(sound, port) if port else []
        print(f"| {name} | {figures(found) if found else 'not installed | – | –'} |")
    print("\n| spread between boxes, ms | median | p99 | worst |\n|---|---|---|---|")
    print(f"| Tiếng Mõ | {figures(spreads)} |")


if __name__ == "__main__":
    asyncio.run(main())
