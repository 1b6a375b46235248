"""Notices in a browser: one tap begins them, one tap ends them; no name, no number, no cookie."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.translation import gettext as _

from tiengmo.channels.web_push import actions, keys
from tiengmo.channels.web_push.errors import PushError
from tiengmo.places.models import Village
from tiengmo.portal import guard
from tiengmo.portal.caching import public_page
from tiengmo.portal.following import choices
from tiengmo.portal.frame import render

if TYPE_CHECKING:
    from django.http import HttpRequest

FORM = "theo-doi-trinh-duyet"
HOME = "/theo-doi/trinh-duyet/"
MOST_BYTES = 8 * 1024


@guard.form_page()
def subscribe(request: HttpRequest) -> HttpResponse:
    """The village and the topics; the villages of one commune at a time."""
    if request.method == "POST" and "mo-xa" not in request.POST:
        return _subscribe(request)
    sent = request.POST
    asked = sent.get("mo-xa-nao", "") or request.GET.get("xa", "")
    unit, villages = choices.villages_of(asked)
    return render(
        "following/browser",
        {
            "communes": choices.localities(),
            "unit": unit,
            "villages": villages,
            "village": f"{choices.AREA}:{request.GET.get('thon', '')}",
            "categories": choices.categories(sent.getlist("muc")),
            "guard": guard.fields(FORM),
            "key": keys.public_key(),
        },
    )


def _subscribe(request: HttpRequest) -> HttpResponse:
    """What the page's script sends for the browser; answered as JSON, for the script."""
    sent = request.POST
    village = Village.objects.filter(code=sent.get("thon", "").partition(":")[2]).first()
    if village is None:
        return _told(_("Hãy chọn thôn nơi bà con ở."), 400)
    categories = [
        code for kind, code in choices.known(sent.getlist("muc")) if kind == choices.CATEGORY
    ]
    try:
        subscription = json.loads(sent.get("dang-ky", ""))
    except (ValueError, RecursionError):
        subscription = None
    if verdict := guard.judge(request, FORM):
        return _told(verdict, verdict.status)
    try:
        actions.subscribe(subscription, village, categories=categories)
    except PushError as problem:
        return _told(str(problem), 400)
    return JsonResponse({"village": f"{village.name}, {village.unit.name}"})


@guard.form_page(MOST_BYTES)
def own(request: HttpRequest) -> HttpResponse:
    """What this browser gets; `roi` ends it; `moi` takes over the address that replaces it.

    Whoever knows the address a browser's maker gave it is that browser.
    """
    if request.method != "POST":
        return _told(_("Trang này dành cho trình duyệt đã đăng ký."), 404)
    endpoint = request.POST.get("dia-chi", "")
    browser = actions.subscription_of(endpoint)
    if browser is None:
        return JsonResponse({"village": ""})
    if "roi" in request.POST:
        actions.unsubscribe(endpoint)
        return JsonResponse({"village": ""})
    if "moi" in request.POST:
        try:
            actions.subscribe(
                json.loads(request.POST["moi"]),
                browser.village,
                categories=browser.categories,
                instead_of=endpoint,
            )
        except (PushError, ValueError, RecursionError) as problem:
            return _told(str(problem), 400)
    return JsonResponse({"village": f"{browser.village.name}, {browser.village.unit.name}"})


@guard.form_page(MOST_BYTES)
def shown(request: HttpRequest) -> HttpResponse:
    """A device showed a notice; the id is known to it alone. Answered alike in any case."""
    if request.method == "POST":
        try:
            actions.report_shown(UUID(request.POST.get("id", "")[:40]))
        except ValueError:
            return _told(_("Không đọc được dữ liệu máy gửi."), 400)
    return HttpResponse(status=204)


@public_page
def worker(_request: HttpRequest) -> HttpResponse:
    """The service worker that shows notices, also when no page is open."""
    text = render_to_string(
        "portal/following/notices.js",
        {"home": HOME, "icon": static("portal/mo-192.png"), "key": keys.public_key()},
    )
    return HttpResponse(text, content_type="text/javascript; charset=utf-8")


def _told(problem: str, status: int) -> HttpResponse:
    return JsonResponse({"error": str(problem)}, status=status)
