"""A real SRT sender on the loopback, read as another station's stream is."""

from __future__ import annotations

import asyncio
import io
import shutil
import socket

import av
import numpy as np
import pytest
from tiengmo.studio import rules
from tiengmo.studio.playout.readers import Reader
from tiengmo.studio.tests.factories import RATE

pytestmark = pytest.mark.integration
HERTZ = 800.0
SECONDS = 8


@pytest.fixture(autouse=True)
def _sources_here(monkeypatch):
    monkeypatch.setenv("TIENGMO_STUDIO_SOURCES_HERE", "1")


def transport_stream() -> bytes:
    """MPEG-TS with a tone in MP2, as a station's encoder sends it."""
    tone = (0.3 * np.sin(2 * np.pi * HERTZ * np.arange(RATE * SECONDS) / RATE) * 32767).astype(
        "<i2"
    )
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mpegts") as container:
        stream = container.add_stream("mp2", rate=RATE, layout="mono")
        stream.bit_rate = 96_000
        for start in range(0, len(tone) - 1151, 1152):
            piece = np.ascontiguousarray(tone[None, start : start + 1152])
            frame = av.AudioFrame.from_ndarray(piece, format="s16", layout="mono")
            frame.sample_rate = RATE
            frame.pts = start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return buffer.getvalue()


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def send(port: int, content: bytes) -> None:
    program = await asyncio.create_subprocess_exec(
        rules.SRT_PROGRAM, "-quiet", "file://con", f"srt://127.0.0.1:{port}?mode=listener",
        stdin=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        # Whole packets of 188 bytes, at the pace of the sound.
        size = 188 * max(1, round(len(content) / SECONDS / 20 / 188))
        for start in range(0, len(content), size):
            program.stdin.write(content[start : start + size])
            await program.stdin.drain()
            await asyncio.sleep(1 / 20)
        await asyncio.sleep(60)
    finally:
        program.kill()
        await program.wait()


async def read_seconds(reader: Reader, seconds: float) -> np.ndarray:
    parts, held = [], 0
    while held < seconds * RATE and (part := await reader.read()) is not None:
        parts.append(part)
        held += len(part)
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)


@pytest.mark.skipif(shutil.which(rules.SRT_PROGRAM) is None, reason="needs srt-live-transmit")
async def test_another_station_is_heard_over_srt():
    port = free_port()
    sending = asyncio.create_task(send(port, transport_stream()))
    await asyncio.sleep(0.5)
    reader = await Reader.start(f"srt://127.0.0.1:{port}?mode=caller")
    try:
        async with asyncio.timeout(90):
            heard = await read_seconds(reader, 3.0)
    finally:
        said = await reader.close()
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
    assert len(heard) >= 3.0 * RATE, said
    spectrum = np.abs(np.fft.rfft(heard[RATE : 3 * RATE]))
    assert abs(np.argmax(spectrum) / 2 - HERTZ) < 2


async def test_an_srt_sender_that_is_not_there_ends_the_reader_and_says_why():
    reader = await Reader.start(f"srt://127.0.0.1:{free_port()}")
    async with asyncio.timeout(90):
        assert await reader.read() is None
    assert await reader.close()


async def test_a_name_that_leads_to_this_machine_is_not_opened(monkeypatch):
    monkeypatch.delenv("TIENGMO_STUDIO_SOURCES_HERE")
    reader = await Reader.start("http://localhost:9/")
    async with asyncio.timeout(90):
        assert await reader.read() is None
    assert "this machine" in await reader.close()


def test_without_the_program_srt_is_refused_before_anybody_waits(monkeypatch):
    monkeypatch.setattr(rules.shutil, "which", lambda _name: None)
    assert rules.is_srt_without_program("srt://dai.vn:9000")
    assert not rules.is_srt_without_program("https://dai.vn/phat.mp3")
