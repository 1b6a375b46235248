"""The point that counts a visit, and the page that says what was counted and how."""

from __future__ import annotations

import base64
from dataclasses import asdict
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.utils.translation import gettext as _

from tiengmo.portal import refusals
from tiengmo.portal.caching import public_page
from tiengmo.portal.frame import render
from tiengmo.portal.visitors import counting, queries

if TYPE_CHECKING:
    from django.http import HttpRequest

# The smallest picture there is: one transparent dot.
DOT = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


def dot(request: HttpRequest) -> HttpResponse:
    """Count a visit. Pages come from nginx's copies; this never does."""
    if request.method not in ("GET", "HEAD"):
        return refusals.wrong_method("GET, HEAD")
    counting.note(request)
    return HttpResponse(DOT, content_type="image/gif", headers={"Cache-Control": "no-store"})


@public_page
def in_a_line(_request: HttpRequest) -> HttpResponse:
    """The four figures for the foot of every page, fetched by it when it can."""
    found = queries.figures()
    text = _("Đang xem: {online} · Hôm nay: {today} · Tuần này: {week} · Tất cả: {all}")
    return HttpResponse(text.format(**asdict(found)))


@public_page
def figures(_request: HttpRequest) -> HttpResponse:
    return render(
        "visitors/figures",
        {
            "figures": queries.figures(),
            "days": queries.days(),
            "minutes": int(queries.ONLINE_FOR.total_seconds() // 60),
        },
    )
