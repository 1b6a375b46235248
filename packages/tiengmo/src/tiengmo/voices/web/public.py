"""Sound for everybody: what was published and not taken back, in parts where asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tiengmo.voices import publicity, queries

from .ranges import serve_file

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponseBase

# The file never changes, but it may be taken back: whoever holds a copy asks again after a minute,
# and is told 304 or 410.
SOON_ASKED_AGAIN = "public, max-age=60, must-revalidate"


@require_safe
def sound(request: HttpRequest, sha256: str, suffix: str) -> HttpResponseBase:
    standing = publicity.standing_of(sha256)
    if standing is None:
        raise Http404
    if standing is publicity.Standing.GONE:
        return HttpResponse(
            _("Âm thanh này đã được gỡ."),
            status=410,
            content_type="text/plain; charset=utf-8",
            headers={"Cache-Control": SOON_ASKED_AGAIN},
        )
    file = queries.public_file(sha256, f".{suffix}")
    if file is None or not file.path.is_file():
        raise Http404
    return serve_file(
        request, file.path, media_type=file.media_type, etag=sha256, cache_control=SOON_ASKED_AGAIN
    )
