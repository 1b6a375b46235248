"""One request and what its answer means, whatever comes back: the only place that uses HTTP."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx
from django.utils.translation import gettext as _

from tiengmo.channels.messages.providers.exchange import wait_of

from .form import Answer, Said

if TYPE_CHECKING:
    from collections.abc import Callable

    from .form import Asked

TIMEOUT = httpx.Timeout(20.0, connect=5.0)
MOVED, BAD, SERVER_ERROR = 300, 400, 500
# Certainly not taken: no byte of the request was read by the other side.
_NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    httpx.ProxyError,
)


def client() -> httpx.Client:
    """Nothing is followed: a network that answers with another address has moved."""
    return httpx.Client(timeout=TIMEOUT, follow_redirects=False)


def ask(
    asked: Asked, read: Callable[[int, Any], Answer], *, base_url: str, http: httpx.Client
) -> Answer:
    """Ask once and say what became of it. Raises nothing that the network can do."""
    url = asked.url if "://" in asked.url else base_url.rstrip("/") + asked.url
    try:
        response = http.request(
            asked.method,
            url,
            json=asked.json,
            data=dict(asked.form) if asked.form is not None else None,
            params=dict(asked.params) or None,
            headers=dict(asked.headers),
        )
    except (*_NEVER_SENT, httpx.InvalidURL) as error:
        return Answer(Said.NOT_YET, _of(error))
    except UnicodeEncodeError:
        # Headers are ASCII: nothing of it went.
        return Answer(Said.TROUBLE, _("khoá có ký tự lạ, hãy chép lại"))
    except httpx.HTTPError as error:
        return Answer(Said.UNSURE, _of(error))
    return _read(response, read)


def _read(response: httpx.Response, read: Callable[[int, Any], Answer]) -> Answer:
    status = response.status_code
    if status in (408, 425, 429, 503):
        return Answer(Said.NOT_YET, f"HTTP {status}", wait_seconds=wait_of(response))
    if MOVED <= status < BAD:
        return Answer(Said.TROUBLE, f"HTTP {status}")
    try:
        body = response.json()
    except (ValueError, RecursionError):
        # A page in place of an answer: of a portal in between, or after the post was taken.
        kind = response.headers.get("content-type", "?")[:40]
        is_unsure = status < MOVED or status >= SERVER_ERROR
        return Answer(Said.UNSURE if is_unsure else Said.TROUBLE, f"HTTP {status}: {kind}")
    try:
        answer = read(status, body)
    except (AttributeError, IndexError, KeyError, OverflowError, TypeError, ValueError) as error:
        # JSON, and nothing like what was published.
        return Answer(Said.UNSURE, f"HTTP {status}: {_of(error)}")
    if status in (401, 403) and answer.said in (Said.REFUSED, Said.UNSURE):
        return replace(answer, said=Said.TROUBLE)
    return answer


def _of(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:200]
