"""`GET /nghe/<unit code>/truc-tiep.mp3`: a sound without an end."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request
    from starlette.types import Receive, Scope, Send

    from .stream import Listener

# Somebody whose line takes nothing for so long is gone, whatever their network says.
STUCK_SECONDS = 30.0
RETRY_AFTER = "60"
MEDIA_TYPE = "audio/mpeg"
_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Accept-Ranges": "none",
    # nginx: hand each piece on as it comes.
    "X-Accel-Buffering": "no",
}
FULL = (
    "Đang có quá nhiều người nghe cùng lúc. Xin thử lại sau ít phút, hoặc nghe lại bản tin ở "
    "trang Nghe đài."
)
NO_PLACE = "Không có loa truyền thanh nào ở địa chỉ này."
AWAY = "Hệ thống phát trực tuyến đang khởi động lại. Xin thử lại sau ít phút."


class Full(Exception):
    """As many people listen as this machine serves."""


class NoPlace(Exception):
    """No unit has this code."""


class Away(Exception):
    """The database cannot be asked now."""


def application(
    join: Callable[[str, str], Awaitable[tuple[Listener, Callable[[], None]]]],
    how_it_is: Callable[[], dict[str, object]],
) -> Starlette:
    """`join(code, language)`: a listener, and what to call when they leave."""

    async def health(_request: Request) -> Response:
        return JSONResponse(how_it_is())

    async def live(request: Request) -> Response:
        code = request.path_params["code"]
        language = request.path_params.get("language", "")
        if request.method == "HEAD":
            return Response(headers=_HEADERS, media_type=MEDIA_TYPE)
        try:
            listener, leave = await join(code, language)
        except NoPlace:
            return _said(NO_PLACE, 404)
        except (Full, Away) as refusal:
            said = FULL if isinstance(refusal, Full) else AWAY
            return _said(said, 503, {"Retry-After": RETRY_AFTER})
        return Endless(listener, leave)

    methods = ["GET", "HEAD"]
    return Starlette(
        routes=[
            Route("/listening/1/health", health, methods=["GET"]),
            Route("/nghe/{code}/truc-tiep.mp3", live, methods=methods),
            Route("/nghe/{code}/{language}/truc-tiep.mp3", live, methods=methods),
        ]
    )


def _said(text: str, status: int, headers: dict[str, str] | None = None) -> Response:
    return PlainTextResponse(text, status, headers={"Cache-Control": "no-store"} | (headers or {}))


class Endless(Response):
    """Sends what a listener is given until somebody ends it: they, their line, or we."""

    media_type = MEDIA_TYPE

    def __init__(self, listener: Listener, leave: Callable[[], None]) -> None:
        super().__init__(headers=_HEADERS)
        del self.headers["content-length"]
        self._listener = listener
        self._leave = leave

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del scope
        sending = asyncio.create_task(self._send(send))
        leaving = asyncio.create_task(_gone(receive))
        try:
            await asyncio.wait([sending, leaving], return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._leave()
            for task in (sending, leaving):
                task.cancel()
            for outcome in await asyncio.gather(sending, leaving, return_exceptions=True):
                if isinstance(outcome, Exception) and not isinstance(outcome, OSError):
                    raise outcome

    async def _send(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        with contextlib.suppress(TimeoutError):
            while (content := await self._listener.next()) is not None:
                async with asyncio.timeout(STUCK_SECONDS):
                    await send({"type": "http.response.body", "body": content, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
