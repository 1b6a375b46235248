"""An Icecast server as far as encoders need one: butt, OBS, ffmpeg and others push sound to it.

Encoders send a body without a length, after PUT or the older SOURCE, which HTTP servers refuse; so
this reads the request's head itself and then takes whatever comes. The mount is the station's code.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextlib
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .readers import Reader

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from .session import Session

logger = logging.getLogger(__name__)

HEAD_SECONDS = 10
MOST_HEAD_BYTES = 8192
MOST_CONNECTIONS = 50
SILENT_SECONDS = 15
_CHUNK = 16 * 1024
_REALM = 'Basic realm="Tieng Mo"'


@dataclass(frozen=True)
class Head:
    method: str
    path: str
    headers: dict[str, str]

    @property
    def mount(self) -> str:
        return self.path.partition("?")[0].strip("/")

    def password(self) -> str:
        kind, _, text = self.headers.get("authorization", "").partition(" ")
        if kind.lower() != "basic":
            return ""
        try:
            return base64.b64decode(text).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError, ValueError):
            return ""


class PushServer:
    """`session_of(station code)` gives the takeover that waits for this station's encoder."""

    def __init__(
        self,
        session_of: Callable[[str], Session | None],
        is_password: Callable[[str, str], Awaitable[bool]],
    ) -> None:
        self._session_of = session_of
        self._is_password = is_password
        self._serving: set[asyncio.Task[None]] = set()

    async def run(self, host: str, port: int) -> None:
        """Until cancelled; then every encoder is hung up on before this returns."""
        server = await asyncio.start_server(self._begin, host, port, limit=MOST_HEAD_BYTES)
        async with server:
            try:
                await asyncio.Future()
            finally:
                # Before the server is closed: from Python 3.12 on closing waits for them.
                for task in self._serving:
                    task.cancel()
                await asyncio.gather(*self._serving, return_exceptions=True)

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if len(self._serving) > MOST_CONNECTIONS:
                await _answer(writer, "503 Service Unavailable")
                return
            await self._one(reader, writer)
        except (TimeoutError, OSError, asyncio.IncompleteReadError, ValueError) as error:
            logger.info("encoder: %s: %s", type(error).__name__, error)
        except asyncio.CancelledError:
            logger.info("encoder: cut off with this process")
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with asyncio.timeout(HEAD_SECONDS):
            head = await _head(reader)
        if head is None:
            await _answer(writer, "400 Bad Request")
            return
        if head.path.startswith("/admin/metadata"):
            # Titles that an encoder announces are the operator's business, not ours.
            await _answer(writer, "200 OK")
            return
        if head.method not in {"PUT", "SOURCE"}:
            await _answer(writer, "405 Method Not Allowed")
            return
        if not await self._is_password(head.mount, head.password()):
            # Whoever guesses waits.
            await asyncio.sleep(1)
            await _answer(writer, "401 Unauthorized", f"WWW-Authenticate: {_REALM}")
            return
        session = self._session_of(head.mount)
        if session is None:
            await _answer(writer, "403 Forbidden", body="Chua co buoi phat nao cho bo ma hoa.")
            return
        await self._take(head, reader, writer, session)

    async def _take(
        self,
        head: Head,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        session: Session,
    ) -> None:
        if head.headers.get("expect", "").lower() == "100-continue":
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        else:
            writer.write(b"HTTP/1.0 200 OK\r\n\r\n")
        await writer.drain()
        is_chunked = "chunked" in head.headers.get("transfer-encoding", "").lower()
        owner = session.connect()
        decoder = await Reader.start("-")
        pumping = asyncio.create_task(session.pump(decoder, owner))
        try:
            async for content in _body(reader, is_chunked=is_chunked):
                if pumping.done() or not session.is_listened_to(owner):
                    break
                await decoder.feed(content)
        finally:
            pumping.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await pumping
            said = await decoder.close()
            if said:
                logger.warning("encoder of %s: %s", head.mount, said)
            session.disconnect(owner)


async def _head(reader: asyncio.StreamReader) -> Head | None:
    try:
        raw = await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError:
        return None
    lines = raw.decode("latin-1").split("\r\n")
    parts = lines[0].split(" ")
    if len(parts) != 3:  # noqa: PLR2004 - method, path, version
        return None
    headers = {}
    for line in lines[1:]:
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    return Head(parts[0].upper(), parts[1], headers)


async def _body(reader: asyncio.StreamReader, *, is_chunked: bool) -> AsyncIterator[bytes]:
    while True:
        async with asyncio.timeout(SILENT_SECONDS):
            if not is_chunked:
                content = await reader.read(_CHUNK)
            else:
                size = int((await reader.readline()).split(b";")[0].strip() or b"0", 16)
                if not 0 <= size <= 1 << 20:
                    raise ValueError("a chunk too large")
                content = await reader.readexactly(size) if size else b""
                await reader.readline()
        if not content:
            return
        yield content


async def _answer(writer: asyncio.StreamWriter, status: str, *headers: str, body: str = "") -> None:
    content = body.encode()
    lines = [f"HTTP/1.0 {status}", *headers, f"Content-Length: {len(content)}", "Connection: close"]
    writer.write(("\r\n".join(lines) + "\r\n\r\n").encode() + content)
    await writer.drain()
