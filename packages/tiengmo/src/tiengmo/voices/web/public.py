"""Sound for everybody: files that never change, in parts where asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.views.decorators.http import require_safe

from tiengmo.voices import queries

from .ranges import serve_file

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponseBase

A_YEAR = "public, max-age=31536000, immutable"


@require_safe
def sound(request: HttpRequest, sha256: str, suffix: str) -> HttpResponseBase:
    file = queries.public_file(sha256, f".{suffix}")
    if file is None or not file.path.is_file():
        raise Http404
    return serve_file(
        request, file.path, media_type=file.media_type, etag=sha256, cache_control=A_YEAR
    )
