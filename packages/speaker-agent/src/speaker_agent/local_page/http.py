"""A small HTTP/1.1 server over TLS: h11 reads and writes, asyncio listens. No framework.

Whoever is on the box's network may connect, so everything is bounded: connections, seconds, bytes.
"""

import asyncio
import contextlib
import logging
import socket
import ssl
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import h11

log = logging.getLogger(__name__)

MAX_CONNECTIONS = 24
# One telephone with a few pages open needs six.
CONNECTIONS_OF_ONE = 8
MAX_HEAD_BYTES = 16_384
IDLE_SECONDS = 30.0
BODY_SECONDS = 90.0
# Who holds a place for a body sends it: never still for so long, and no slower than this.
STILL_SECONDS = 10.0
LEAST_BYTES_A_SECOND = 8_192
HANDSHAKE_SECONDS = 15.0
GOODBYE_SECONDS = 5.0
BLOCK = 65_536
# Large bodies are held in memory: a board has 512 MB.
LARGE_BYTES = 65_536
LARGE_AT_ONCE = 2
LARGE_OF_ONE = 1
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
        self._connections: Counter[str] = Counter()
        self._large = asyncio.Semaphore(LARGE_AT_ONCE)
        self._large_of: dict[str, asyncio.Semaphore] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._listening: socket.socket | None = None

    async def start(self, address: str, port: int) -> int:
        """Listen; gives the port, which the system chose if 0 was asked for."""
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._listening = socket.create_server((address, port), family=family)
        self._listening.setblocking(False)
        self._begin(self._accept(self._listening))
        return int(self._listening.getsockname()[1])

    async def close(self) -> None:
        """Listen no more, and hang up."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        if self._listening is not None:
            self._listening.close()

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _accept(self, listening: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                connected, (peer, *_) = await loop.sock_accept(listening)
            except OSError as error:
                log.warning("nobody can be let in: %s", error)
                await asyncio.sleep(1.0)
                continue
            # Counted before TLS: whoever only connects takes a place as well.
            is_full = self._connections.total() >= MAX_CONNECTIONS
            if is_full or self._connections[peer] >= CONNECTIONS_OF_ONE:
                connected.close()
                continue
            self._connections[peer] += 1
            self._begin(self._serve(connected, peer))

    async def _serve(self, connected: socket.socket, peer: str) -> None:
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=MAX_HEAD_BYTES * 4)
        protocol = asyncio.StreamReaderProtocol(reader)
        try:
            transport, _ = await loop.connect_accepted_socket(
                lambda: protocol,
                connected,
                ssl=self._context,
                ssl_handshake_timeout=HANDSHAKE_SECONDS,
                ssl_shutdown_timeout=GOODBYE_SECONDS,
            )
            writer = asyncio.StreamWriter(transport, protocol, reader, loop)
            try:
                await self._talk(reader, writer, peer)
            finally:
                writer.close()
                await writer.wait_closed()
        except (OSError, TimeoutError, ValueError, h11.RemoteProtocolError) as error:
            log.debug("%s went: %s", peer, error)
        finally:
            self._connections[peer] -= 1
            if not self._connections[peer]:
                del self._connections[peer]
                self._large_of.pop(peer, None)

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
                answer = await self._hear(event, connection, reader, peer)
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

    async def _hear(
        self,
        event: h11.Request,
        connection: h11.Connection,
        reader: asyncio.StreamReader,
        peer: str,
    ) -> Answer:
        headers = {name.lower(): value for name, value in event.headers}
        # A body that does not say how long it is may become a large one.
        announced = int(headers.get(b"content-length", b"0"))
        is_large = announced > LARGE_BYTES or b"transfer-encoding" in headers
        if announced > self._limit_for(_path(event)):
            raise TooLarge
        async with contextlib.AsyncExitStack() as held:
            async with asyncio.timeout(BODY_SECONDS):
                if is_large:
                    # Until it was used: it is in memory as long. An address waits for itself
                    # first, so that nobody's uploads stand before all the others'.
                    own = self._large_of.setdefault(peer, asyncio.Semaphore(LARGE_OF_ONE))
                    await held.enter_async_context(own)
                    await held.enter_async_context(self._large)
                request = await self._read(event, connection, reader, peer)
            return await self._answer(request)

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
        target = urlsplit(_target(event))
        limit = self._limit_for(target.path)
        parts: list[bytes] = []
        size = 0
        begun = asyncio.get_running_loop().time()
        while not isinstance(part := await _soon(connection, reader), h11.EndOfMessage):
            if not isinstance(part, h11.Data):
                raise ConnectionError("the request broke off")
            size += len(part.data)
            if size > limit:
                raise TooLarge
            parts.append(bytes(part.data))
            _check_pace(size, asyncio.get_running_loop().time() - begun)
        query = parse_qs(target.query, max_num_fields=20)
        return Request(
            method=event.method.decode(),
            path=target.path,
            query={name: values[0] for name, values in query.items()},
            content_type=headers.get(b"content-type", b"").decode("latin-1"),
            body=b"".join(parts),
            peer=peer,
        )


def _target(event: h11.Request) -> str:
    return event.target.decode("ascii", "replace")


def _path(event: h11.Request) -> str:
    return urlsplit(_target(event)).path


async def _discard(connection: h11.Connection, reader: asyncio.StreamReader) -> None:
    left = MAX_DISCARDED_BYTES
    while left > 0 and isinstance(part := await _next(connection, reader), h11.Data):
        left -= len(part.data)


def _check_pace(size: int, seconds: float) -> None:
    """Raises ConnectionError for a body that comes in drops."""
    if seconds > STILL_SECONDS and size < LEAST_BYTES_A_SECOND * (seconds - STILL_SECONDS):
        raise ConnectionError(f"{size} bytes in {seconds:.0f} s")


async def _soon(connection: h11.Connection, reader: asyncio.StreamReader) -> object:
    async with asyncio.timeout(STILL_SECONDS):
        return await _next(connection, reader)


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
