"""Where a browser's microphone comes in: one WebSocket a page, and a page for the watchman."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from tiengmo.studio import tokens

from .readers import Reader

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from .session import Session

logger = logging.getLogger(__name__)

TOLD_EVERY_SECONDS = 0.25
# A piece of 100 ms has some kilobytes; a larger one is no microphone's.
MOST_PIECE_BYTES = 256 * 1024
# Closing codes that the page knows (RFC 6455 leaves 4000–4999 to applications).
REFUSED, OVER, REPLACED = 4401, 4410, 4409
# How long a page waits for its takeover to be picked up.
_FIND_SECONDS = 5.0


def application(
    session_of: Callable[[str, int], Awaitable[Session | None]],
    stop: Callable[[str], Awaitable[None]],
    how_it_is: Callable[[], dict[str, object]],
) -> Starlette:
    """`session_of(takeover, user)`: the session of a takeover that this person holds."""

    async def health(_request: Request) -> Response:
        return JSONResponse(how_it_is())

    async def microphone(socket: WebSocket) -> None:
        given = tokens.read(socket.query_params.get("token", ""))
        if given is None or not _is_our_page(socket):
            await socket.close(REFUSED)
            return
        await socket.accept()
        session = None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_FIND_SECONDS):
                while session is None:
                    session = await session_of(given.takeover, given.user)
                    if session is None:
                        await asyncio.sleep(0.1)
        if session is None:
            await _close(socket, OVER)
            return
        await _Microphone(socket, session, lambda: stop(given.takeover)).run()

    return Starlette(
        routes=[
            Route("/studio/1/health", health, methods=["GET"]),
            WebSocketRoute("/studio/1/microphone", microphone),
        ]
    )


def _is_our_page(socket: WebSocket) -> bool:
    """Is it a page of ours that asks? A token alone could be carried to another one."""
    origin = socket.headers.get("origin", "")
    if not origin:
        return False
    asked = urlsplit(origin)
    public = urlsplit(settings.PUBLIC_URL)
    if (asked.scheme, asked.netloc) == (public.scheme, public.netloc):
        return True
    return (asked.hostname or "") in {
        host.strip("[]") for host in settings.ALLOWED_HOSTS if "*" not in host
    }


class _Microphone:
    def __init__(
        self, socket: WebSocket, session: Session, stop: Callable[[], Awaitable[None]]
    ) -> None:
        self._socket = socket
        self._session = session
        self._stop = stop
        self._owner = session.connect()

    async def run(self) -> None:
        decoder = await Reader.start("-")
        tasks = [
            asyncio.create_task(self._listen(decoder)),
            asyncio.create_task(self._session.pump(decoder, self._owner)),
            asyncio.create_task(self._tell()),
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            for outcome in await asyncio.gather(*tasks, return_exceptions=True):
                if isinstance(outcome, Exception) and not isinstance(
                    outcome, WebSocketDisconnect | OSError | RuntimeError | TimeoutError
                ):
                    logger.error("microphone: %r", outcome)
            was_listened_to = self._session.is_listened_to(self._owner)
            self._session.disconnect(self._owner)
            said = await decoder.close()
            if said:
                logger.warning("microphone: %s", said)
            over = self._session.is_ending or self._session.is_abandoned
            code = OVER if over else (1011 if was_listened_to else REPLACED)
            await _close(self._socket, code)

    async def _listen(self, decoder: Reader) -> None:
        while True:
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            if content := message.get("bytes"):
                if len(content) > MOST_PIECE_BYTES:
                    return
                await decoder.feed(content)
            elif message.get("text") and _is_stop(message["text"]):
                await self._stop()

    async def _tell(self) -> None:
        while self._session.is_listened_to(self._owner):
            await self._socket.send_text(json.dumps(self._session.told()))
            await asyncio.sleep(TOLD_EVERY_SECONDS)


def _is_stop(text: str) -> bool:
    try:
        return bool(json.loads(text).get("type") == "stop")
    except (ValueError, AttributeError):
        return False


async def _close(socket: WebSocket, code: int) -> None:
    with contextlib.suppress(RuntimeError, OSError, WebSocketDisconnect):
        await socket.close(code)
