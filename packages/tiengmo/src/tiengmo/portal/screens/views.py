"""What is the same for every screen: the player, its worker, the pulse, released pictures."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.http import FileResponse, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.translation import gettext as _

from tiengmo.channels.screens import pictures, videos
from tiengmo.channels.screens.playlists import is_picture_out, is_video_out
from tiengmo.portal import refusals
from tiengmo.portal.caching import public_page
from tiengmo.portal.frame import render
from tiengmo.portal.screens import pulse as pulses
from tiengmo.voices.web.ranges import serve_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase as Served

# One request a second reaches us however many screens ask: nginx answers the others.
A_SECOND = "public, max-age=1"
A_DAY = "public, max-age=86400"


@public_page
def player(_request: HttpRequest) -> HttpResponse:
    """The player. It asks for the code, or goes on where it stopped."""
    return render(
        "screens/player",
        {
            "version": pulses.version(),
            "modules": {name: static(path) for name, path in pulses.MODULES.items()},
        },
    )


@public_page
def worker(_request: HttpRequest) -> HttpResponse:
    """The player's service worker: it starts without a network."""
    files = [static(name) for name in pulses.FILES]
    text = render_to_string(
        "channels/worker.js",
        {
            "name": "man-hinh",
            "home": "/man-hinh/",
            "version": pulses.version(),
            "kept": json.dumps(["/man-hinh/", *files]),
        },
    )
    return HttpResponse(text, content_type="text/javascript; charset=utf-8")


def _reads(
    view: Callable[..., HttpResponse | Served],
) -> Callable[..., HttpResponse | Served]:
    def wrapped(request: HttpRequest, *args: str) -> HttpResponse | Served:
        if request.method not in ("GET", "HEAD"):
            return refusals.wrong_method("GET, HEAD")
        return view(request, *args)

    return wrapped


@_reads
def pulse(_request: HttpRequest) -> HttpResponse:
    return JsonResponse(
        pulses.now(),
        headers={"Cache-Control": A_SECOND},
        json_dumps_params={"ensure_ascii": False, "separators": (",", ":")},
    )


@_reads
def video(request: HttpRequest, sha256: str, suffix: str) -> HttpResponse | Served:
    """A film that some screen may show now, whole or a part of it."""
    place = videos.path_of(sha256, suffix)
    if not place.is_file() or not is_video_out(sha256):
        return refusals.page(
            _("Không có video này"), _("Video chưa từng có ở đây hoặc đã được gỡ."), status=404
        )
    return serve_file(
        request,
        place,
        media_type=videos.MEDIA_TYPES[suffix],
        etag=sha256,
        cache_control=A_DAY,
    )


@_reads
def picture(_request: HttpRequest, sha256: str) -> HttpResponse | Served:
    """A picture that some screen may show now; one that was withdrawn is gone here too."""
    place = pictures.path_of(sha256)
    if not place.is_file() or not is_picture_out(sha256):
        return refusals.page(
            _("Không có ảnh này"), _("Ảnh chưa từng có ở đây hoặc đã được gỡ."), status=404
        )
    return FileResponse(
        place.open("rb"), content_type="image/webp", headers={"Cache-Control": A_DAY}
    )
