"""Does an address of our own portal answer? Asked of the application itself, over no network."""

from __future__ import annotations

import io
from functools import cache
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest

MOST_HOPS = 4


@cache
def _application() -> WSGIHandler:
    return WSGIHandler()


def look_inside(url: str) -> str:
    """Give "" when somebody without an account can read it, or why not (a status of HTTP)."""
    for _hop in range(MOST_HOPS):
        status, onward = _ask(url)
        if status < HTTPStatus.MULTIPLE_CHOICES:
            return ""
        if status >= HTTPStatus.BAD_REQUEST or not onward:
            return str(status)
        here, there = urlsplit(url), urlsplit(onward)
        if there.netloc and there.netloc != here.netloc:
            return ""
        url = f"{here.scheme}://{here.netloc}{there.path}" + (f"?{there.query}" * bool(there.query))
    return "loop"


def _ask(url: str) -> tuple[int, str]:
    parts, public = urlsplit(url), urlsplit(settings.PUBLIC_URL)
    request = WSGIRequest(
        {
            "REQUEST_METHOD": "HEAD",
            # WSGI hands the path over as Latin-1 (PEP 3333).
            "PATH_INFO": unquote(parts.path or "/").encode().decode("latin-1"),
            "QUERY_STRING": parts.query,
            "SERVER_NAME": public.hostname or "localhost",
            "SERVER_PORT": str(public.port or (443 if public.scheme == "https" else 80)),
            "HTTP_HOST": public.netloc,
            "HTTP_X_FORWARDED_PROTO": public.scheme,
            "REMOTE_ADDR": "127.0.0.1",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "wsgi.url_scheme": public.scheme,
            "wsgi.input": io.BytesIO(),
            "wsgi.errors": io.StringIO(),
        }
    )
    response = _application().get_response(request)
    try:
        return response.status_code, response.headers.get("Location", "")
    finally:
        # `close` would also tell Django that a request is over, and Django would close the database
        # connection under the transaction that asks.
        closers: list[Any] = getattr(response, "_resource_closers", [])
        for closer in closers:
            closer()
