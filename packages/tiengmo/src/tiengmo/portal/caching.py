"""How long a copy of a public page may live, and how a reader asks whether it is still good."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified

from tiengmo.outbox.actions import announce
from tiengmo.portal import refusals

if TYPE_CHECKING:
    from collections.abc import Callable

# A reader's copy is asked about again after half a minute, so a withdrawal is seen soon; when we
# are down, a shared copy may be shown for a day.
PUBLIC = "public, max-age=30, stale-while-revalidate=60, stale-if-error=86400"


def public_page(
    view: Callable[..., HttpResponse],
) -> Callable[..., HttpResponse]:
    """Decorate a public view: GET and HEAD only, cacheable, answered 304 when nothing changed."""

    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return refusals.wrong_method("GET, HEAD")
        response = view(request, *args, **kwargs)
        if response.status_code == 200:  # noqa: PLR2004
            etag = f'"{hashlib.blake2b(response.content, digest_size=12).hexdigest()}"'
            response["ETag"] = etag
            response["Cache-Control"] = PUBLIC
            if etag in request.headers.get("If-None-Match", ""):
                fresh = HttpResponseNotModified()
                fresh["ETag"] = etag
                fresh["Cache-Control"] = PUBLIC
                return fresh
        return response

    return wrapped


PURGE = "portal.purge"


def purge(*paths: str) -> None:
    """Have our own nginx fetch these addresses anew, in the caller's transaction.

    A path as readers ask for it: "/xa/02686/", "/tin/?trang=2". A worker asks nginx for it past its
    copy, so the copy becomes what the page is now, also when that is "gone" (portal.handlers).
    Without TIENGMO_NGINX there is no such copy, and nothing to do.
    """
    if not settings.NGINX_URLS:
        return
    for path in sorted(set(paths)):
        digest = hashlib.blake2b(path.encode(), digest_size=16).hexdigest()
        announce(PURGE, {"path": path}, key=f"purge:{digest}")
