"""One request to a partner and what came back: the only place that uses HTTP.

The address was let in by an administrator and is judged again here, at each request: it is public,
and the connection goes to what was judged. Nothing is followed, little is read, and the whole takes
no longer than 15 s, however slowly the other side sends.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING

import httpx
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.channels.messages.providers.exchange import wait_of
from tiengmo.foundation.public_address import NotPublic, pinned

if TYPE_CHECKING:
    import ssl

TIMEOUT = httpx.Timeout(10.0, connect=5.0)
TOTAL_SECONDS = 15.0
_LATER = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS)
_BROKEN = HTTPStatus.INTERNAL_SERVER_ERROR
MOST_READ = 2048  # a challenge is 43 characters; of an answer to a push nothing is read


@dataclass(frozen=True)
class Answer:
    """What a partner answered. status: HTTP's, 0 when there was no answer."""

    status: int
    detail: str
    body: bytes = b""
    wait_seconds: float | None = None
    took_ms: int = 0

    @property
    def is_success(self) -> bool:
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def is_away(self) -> bool:
        """Nobody there, or asked to wait: all of the partner's pushes would meet the same."""
        return self.status < HTTPStatus.OK or self.status in _LATER or self.status >= _BROKEN


@dataclass(frozen=True, repr=False)
class Question:
    """A request: its address and headers hold secrets, so it has no text."""

    method: str
    url: str
    headers: dict[str, str]
    content: bytes = b""
    reads: bool = False


def ask(question: Question) -> Answer:
    """Raises nothing that the network or the other side can do."""
    began = time.monotonic()
    try:
        answer = asyncio.run(_within_time(question))
    except TimeoutError:
        answer = Answer(0, _("quá %(n)d giây không xong") % {"n": TOTAL_SECONDS})
    except NotPublic as error:
        # Where a name leads may change after it was let in.
        answer = Answer(0, _refusals()[error.reason])
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        # The address is a secret between us and the partner: only what kind of error.
        answer = Answer(0, type(error).__name__)
    took_ms = round((time.monotonic() - began) * 1000)
    return Answer(answer.status, answer.detail, answer.body, answer.wait_seconds, took_ms)


def write_down(name: str, content: bytes) -> Answer:
    """For trying out: the push becomes a file of this machine and goes to nobody."""
    folder = settings.HOME / "partners"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{timezone.localtime():%Y%m%d-%H%M%S}-{name}.atom"
    path.write_bytes(content)
    return Answer(HTTPStatus.OK, _("chạy thử: ghi ra tệp, không gửi cho ai"))


def _refusals() -> dict[str, str]:
    return {
        "private": _("tên máy chủ dẫn vào mạng riêng, không gửi"),
        "name": _("không tìm thấy tên máy chủ"),
    }


async def _within_time(question: Question) -> Answer:
    async with asyncio.timeout(TOTAL_SECONDS):
        return await _ask(question)


async def _ask(question: Question) -> Answer:
    there = await asyncio.to_thread(pinned, question.url, is_any_good=settings.PARTNERS_HERE)
    headers = {
        "User-Agent": f"TiengMo-hub (+{settings.PUBLIC_URL})",
        "Accept-Encoding": "identity",
        **question.headers,
        **there.headers,
    }
    async with (
        httpx.AsyncClient(
            timeout=TIMEOUT, follow_redirects=False, trust_env=False, verify=_trusted()
        ) as http,
        http.stream(
            question.method,
            there.url,
            headers=headers,
            content=question.content or None,
            extensions=there.extensions,
        ) as response,
    ):
        body = b""
        if question.reads:
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) > MOST_READ:
                    break
        status = response.status_code
        return Answer(status, f"HTTP {status}", body[:MOST_READ], wait_of(response))


@lru_cache(maxsize=1)
def _trusted() -> ssl.SSLContext:
    return httpx.create_ssl_context()
