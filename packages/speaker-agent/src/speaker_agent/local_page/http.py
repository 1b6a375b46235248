"""A small HTTP/1.1 server over TLS: h11 reads and writes, asyncio listens. No framework.

Whoever is on the box's network may connect, so everything is bounded: connections, seconds, bytes.
"""

import asyncio
import contextlib
import logging
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import h11

log = logging.getLogger(__name__)

MAX_CONNECTIONS = 24
MAX_HEAD_BYTES = 16_384
IDLE_SECONDS = 30.0
BODY_SECONDS = 90.0
HANDSHAKE_SECONDS = 15.0
BLOCK = 65_536
# Large bodies are held in memory: a board has 512 MB.
LARGE_BYTES = 65_536
LARGE_AT_ONCE = 2
MAX_DISCARDED_BYTES = 32 * 1024 * 1024
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "media-src 'self' blob:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
SAFE_HEADERS = (
    ("Content-Security-Policy", POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "no-store"),
    ("Permissions-Policy", "microphone=(self)"),
)


@dataclass(frozen=True)
class Request:
    """What somebody at the box asks."""

    method: str
    path: str
    query: dict[str, str]
    content_type: str
    body: bytes
    peer: str


@dataclass
class Answer:
    """What they are told."""

    body: bytes
    status: int = 200
    content_type: str = "text/html; charset=utf-8"
    headers: list[tuple[str, str]] = field(default_factory=list)


class TooLarge(Exception):
    """More bytes than this address takes."""


Handler = Callable[[Request], Awaitable[Answer]]


class HttpServer:
    """One page's server."""

    def __init__(
        self, handler: Handler, *, limit_for: Callable[[str], int], context: ssl.SSLContext
    ) -> None:
        self._handler = handler
        self._limit_for = limit_for
        self._context = context
        self._connections = 0
        self._large = asyncio.Semaphore(LARGE_AT_ONCE)
        self._server: asyncio.Server | None = None

    async def start(self, address: str, port: int) -> int:
        """Listen; gives the port, which the system chose if 0 was asked for."""
        self._server = await asyncio.start_server(
            self._serve,
            address,
            port,
            ssl=self._context,
            ssl_handshake_timeout=HANDSHAKE_SECONDS,
            limit=MAX_HEAD_BYTES * 4,
        )
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = str((writer.get_extra_info("peername") or ("?",))[0])
        if self._connections >= MAX_CONNECTIONS:
            writer.close()
            return
        self._connections += 1
        try:
            await self._talk(reader, writer, peer)
        except (OSError, TimeoutError, ValueError, h11.RemoteProtocolError) as error:
            log.debug("%s went: %s", peer, error)
        finally:
            self._connections -= 1
            with contextlib.suppress(Exception):
                writer.close()

    async def _talk(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, peer: str
    ) -> None:
        connection = h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_HEAD_BYTES)
        while True:
            async with asyncio.timeout(IDLE_SECONDS):
                event = await _next(connection, reader)
            if not isinstance(event, h11.Request):
                return
            try:
                async with asyncio.timeout(BODY_SECONDS):
                    request = await self._read(event, connection, reader, peer)
                answer = await self._answer(request)
            except TooLarge:
                # A browser shows an answer only after it has sent what it wanted to send.
                async with asyncio.timeout(BODY_SECONDS):
                    await _discard(connection, reader)
                answer = Answer("Tệp gửi lên quá lớn.".encode(), 413, "text/plain; charset=utf-8")
            is_head = event.method == b"HEAD"
            async with asyncio.timeout(BODY_SECONDS):
                await _write(connection, writer, answer, is_head=is_head)
            if connection.our_state is not h11.DONE or connection.their_state is not h11.DONE:
                return
            connection.start_next_cycle()

    async def _answer(self, request: Request) -> Answer:
        try:
            return await self._handler(request)
        except Exception:
            log.exception("%s %s", request.method, request.path)
            return Answer("Loa gặp lỗi.".encode(), 500, "text/plain; charset=utf-8")

    async def _read(
        self,
        event: h11.Request,
        connection: h11.Connection,
        reader: asyncio.StreamReader,
        peer: str,
    ) -> Request:
        headers = {name.lower(): value for name, value in event.headers}
        target = urlsplit(event.target.decode("ascii", "replace"))
        limit = self._limit_for(target.path)
        announced = headers.get(b"content-length", b"0")
        if int(announced) > limit:
            raise TooLarge
        gate = self._large if int(announced) > LARGE_BYTES else contextlib.nullcontext()
        async with gate:
            parts: list[bytes] = []
            size = 0
            while not isinstance(part := await _next(connection, reader), h11.EndOfMessage):
                if not isinstance(part, h11.Data):
                    raise ConnectionError("the request broke off")
                size += len(part.data)
                if size > limit:
                    raise TooLarge
                parts.append(bytes(part.data))
        query = parse_qs(target.query, max_num_fields=20)
        return Request(
            method=event.method.decode(),
            path=target.path,
            query={name: values[0] for name, values in query.items()},
            content_type=headers.get(b"content-type", b"").decode("latin-1"),
            body=b"".join(parts),
            peer=peer,
        )


async def _discard(connection: h11.Connection, reader: asyncio.StreamReader) -> None:
    left = MAX_DISCARDED_BYTES
    while left > 0 and isinstance(part := await _next(connection, reader), h11.Data):
        left -= len(part.data)


async def _next(connection: h11.Connection, reader: asyncio.StreamReader) -> object:
    while (event := connection.next_event()) is h11.NEED_DATA:
        connection.receive_data(await reader.read(BLOCK))
    return event


async def _write(
    connection: h11.Connection, writer: asyncio.StreamWriter, answer: Answer, *, is_head: bool
) -> None:
    headers = [
        ("Content-Type", answer.content_type),
        ("Content-Length", str(len(answer.body))),
        *SAFE_HEADERS,
        *answer.headers,
    ]
    start = h11.Response(
        status_code=answer.status,
        headers=[(name.encode(), value.encode("latin-1")) for name, value in headers],
    )
    writer.write(connection.send(start) or b"")
    if not is_head and answer.body:
        writer.write(connection.send(h11.Data(data=answer.body)) or b"")
    writer.write(connection.send(h11.EndOfMessage()) or b"")
    await writer.drain()
