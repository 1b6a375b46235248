"""Serving a part of a file as RFC 9110 section 14 has it: one range, or the whole."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.http import (
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotModified,
    StreamingHttpResponse,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from django.http import HttpRequest

CHUNK = 64 * 1024
_ONE_RANGE = re.compile(r"bytes=[ \t]*(\d{0,18})-(\d{0,18})[ \t]*", re.ASCII | re.IGNORECASE)


class Unsatisfiable(Exception):
    """The range begins behind the end of the file."""


def requested_range(header: str, size: int) -> tuple[int, int] | None:
    """Give first and last byte asked for, or None where the whole is to be sent.

    A malformed range is ignored, and so are several at once: the standard lets a server do both.
    Raises Unsatisfiable.
    """
    match = _ONE_RANGE.fullmatch(header.strip())
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        length = int(last)
        if length == 0 or size == 0:
            raise Unsatisfiable
        return max(size - length, 0), size - 1
    start = int(first)
    if last and int(last) < start:
        return None
    if start >= size:
        raise Unsatisfiable
    return start, min(int(last), size - 1) if last else size - 1


def serve_file(
    request: HttpRequest, path: Path, *, media_type: str, etag: str, cache_control: str
) -> HttpResponseBase:
    """Answer GET and HEAD for a file that never changes. etag: without quotes, strong."""
    quoted = f'"{etag}"'
    headers = {"ETag": quoted, "Cache-Control": cache_control, "Accept-Ranges": "bytes"}
    if _names(request.headers.get("If-None-Match", ""), quoted):
        return HttpResponseNotModified(headers=headers)
    size = path.stat().st_size
    wanted = None
    # A range is only defined for GET, and only while the file is the one the client has.
    if request.method == "GET" and request.headers.get("If-Range", quoted) == quoted:
        try:
            wanted = requested_range(request.headers.get("Range", ""), size)
        except Unsatisfiable:
            headers["Content-Range"] = f"bytes */{size}"
            return HttpResponse(status=416, headers=headers)
    first, last = wanted or (0, size - 1)
    headers["Content-Length"] = str(last - first + 1)
    if wanted:
        headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    status = 206 if wanted else 200
    if request.method == "HEAD":
        return HttpResponse(content_type=media_type, headers=headers)
    content = _bytes(path, first, last - first + 1)
    return StreamingHttpResponse(content, status=status, content_type=media_type, headers=headers)


def _names(header: str, quoted: str) -> bool:
    """Say whether If-None-Match names this file (weak comparison)."""
    tags = {tag.strip().removeprefix("W/") for tag in header.split(",")}
    return "*" in tags or quoted in tags


def _bytes(path: Path, start: int, length: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        while length > 0 and (chunk := file.read(min(CHUNK, length))):
            length -= len(chunk)
            yield chunk
