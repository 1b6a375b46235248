"""Does an address elsewhere answer? Asked politely, and never of a machine that is not public.

Whoever may write a bulletin may write any address into it: it must not make this server knock at
the doors of its own network (SSRF), see `foundation.public_address`.
"""

from __future__ import annotations

import time
from http import HTTPStatus
from typing import Self
from urllib.parse import urljoin, urlsplit

import httpx
from django.conf import settings

from tiengmo.foundation.public_address import NotPublic, pinned

PATIENCE = httpx.Timeout(10.0, connect=5.0)
MOST_HOPS = 5
PAUSE_SECONDS = 1.0  # between two questions to one host
PORTS = {"http": 80, "https": 443}
# They know HEAD badly; the answer to GET is left unread.
_NO_HEAD = {HTTPStatus.FORBIDDEN, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_IMPLEMENTED}
# It is there; only not for a machine, or not just now.
_THERE = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS}


class Outside:
    """One night's questions to other people's servers."""

    def __init__(self, transport: httpx.BaseTransport | None = None) -> None:
        self.client = httpx.Client(
            timeout=PATIENCE,
            trust_env=False,
            transport=transport,
            headers={"User-Agent": f"TiengMo-links (+{settings.PUBLIC_URL})"},
        )
        self.asked: dict[str, float] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.client.close()

    def look(self, url: str) -> str:
        """Give "" when it answers, or why not."""
        try:
            for _hop in range(MOST_HOPS):
                status, onward = self._ask(url)
                if not onward:
                    is_there = status < HTTPStatus.BAD_REQUEST or status in _THERE
                    return "" if is_there else str(status)
                url = urljoin(url, onward)
        except NotPublic as error:
            return error.reason
        except httpx.TimeoutException:
            return "timeout"
        except (httpx.HTTPError, httpx.InvalidURL, ValueError):
            return "connection"
        return "loop"

    def _ask(self, url: str) -> tuple[int, str]:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or PORTS.get(parts.scheme, 0)
        if parts.scheme not in PORTS or port not in PORTS.values():
            raise NotPublic("port")
        there = pinned(url)
        self._wait(host)
        status, onward = 0, ""
        for method in ("HEAD", "GET"):
            request = self.client.build_request(
                method, there.url, headers=there.headers, extensions=there.extensions
            )
            response = self.client.send(request, stream=True)
            response.close()
            status = response.status_code
            onward = response.headers.get("location", "") if response.has_redirect_location else ""
            if status not in _NO_HEAD:
                break
        return status, onward

    def _wait(self, host: str) -> None:
        now = time.monotonic()
        due = self.asked.get(host, now - PAUSE_SECONDS) + PAUSE_SECONDS
        if due > now:
            time.sleep(due - now)
        self.asked[host] = time.monotonic()
