"""An upper station on the loopback that sends MP3 as Icecast does, and fails as real ones do."""

from __future__ import annotations

import asyncio
import contextlib
import io
import time
from functools import cache
from typing import Self

import av
import numpy as np

from .factories import RATE, speech

BURST_SECONDS = 2.0
PIECE_SECONDS = 0.1


class Station:
    """`state`: playing, silent (sends silence), hung (sends nothing), dead (refuses, hangs up)."""

    def __init__(self) -> None:
        self.state = "playing"
        self.port = 0
        self.pieces, self._silence = _programme()
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._serving: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/phat.mp3"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._begin, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_ended: object) -> None:
        self.fail("dead")
        if self._server is not None:
            self._server.close()
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    def fail(self, state: str) -> float:
        """Fail now; give the instant."""
        self.state = state
        if state == "dead":
            for writer in self._writers:
                writer.transport.abort()
        return time.time()

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.state == "dead":
            writer.transport.abort()
            return
        self._writers.add(writer)
        try:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.0 200 OK\r\nContent-Type: audio/mpeg\r\n\r\n")
            began, sent = time.monotonic() - BURST_SECONDS, 0
            while True:
                if self.state != "hung":
                    source = self._silence if self.state == "silent" else self.pieces
                    writer.write(source[sent % len(source)])
                    await writer.drain()
                sent += 1
                await asyncio.sleep(max(0.0, began + sent * PIECE_SECONDS - time.monotonic()))
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()


@cache
def _programme() -> tuple[list[bytes], list[bytes]]:
    """A minute of speech, and silence."""
    return _mp3(speech(60, seed=11)), _mp3(np.zeros(RATE * 20, dtype=np.float32))


def _mp3(sound: np.ndarray) -> list[bytes]:
    """MP3 in pieces of about 100 ms."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp3", options={"write_xing": "0", "id3v2_version": "0"}) as c:
        stream = c.add_stream("libmp3lame", rate=RATE, layout="mono")
        stream.bit_rate = 64_000
        for start in range(0, len(sound) - 1151, 1152):
            piece = np.ascontiguousarray(sound[None, start : start + 1152])
            frame = av.AudioFrame.from_ndarray(piece, format="fltp", layout="mono")
            frame.sample_rate = RATE
            frame.pts = start
            c.mux(stream.encode(frame))
        c.mux(stream.encode(None))
    content = buffer.getvalue()
    seconds = len(sound) / RATE
    size = round(len(content) / (seconds / PIECE_SECONDS))
    return [content[i : i + size] for i in range(0, len(content), size)]
