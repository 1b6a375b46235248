"""For those who would rather hear than read: the loudspeakers' archive, and what is on air now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.places.queries import top_units, unit_by_code, units_in_force
from tiengmo.portal import refusals
from tiengmo.portal.caching import public_page
from tiengmo.portal.frame import not_found, render
from tiengmo.portal.languages import LANGUAGE_NAMES
from tiengmo.portal.listening.on_air import Programme
from tiengmo.portal.listening.podcast import A_FEED, podcast_of
from tiengmo.portal.listening.queries import archive, languages_in
from tiengmo.portal.middleware import CONTENT_SECURITY_POLICY
from tiengmo.studio.queries import open_takeovers
from tiengmo.studio.workflow import TakeoverState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.http import HttpRequest

    from tiengmo.releases.models import Rendition

A_PAGE = 20
# What is on air changes by the minute; a page that asks every twenty seconds costs one answer.
ON_AIR_NOW = "public, max-age=10, stale-if-error=60"


def _live_origin(request: HttpRequest) -> str:
    """Where browsers reach the listening process by themselves; empty behind our nginx."""
    if settings.LISTENING_URL:
        return str(settings.LISTENING_URL)
    if settings.PROXIES:
        return ""
    host = request.get_host()
    name = host if host.endswith("]") else host.rpartition(":")[0] or host
    return f"http://{name}:{settings.LISTENING_PORT}"


def _may_play_live(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorate a page with a live player: its sound may come from where that process is."""

    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if origin := _live_origin(request):
            # Also of a 304, whose headers replace those of the copy.
            response["Content-Security-Policy"] = CONTENT_SECURITY_POLICY.replace(
                "media-src 'self'", f"media-src 'self' {origin}"
            )
        return response

    return wrapped


def live(request: HttpRequest, code: str, language: str = "") -> HttpResponse:
    """Lead a player to the listening process; nginx leads it there before it comes here."""
    if request.method not in ("GET", "HEAD"):
        return refusals.wrong_method("GET, HEAD")
    if unit_by_code(code) is None or (language and language not in LANGUAGE_NAMES):
        return not_found(request)
    origin = _live_origin(request)
    if not origin:
        return refusals.page(
            _("Chưa nghe trực tiếp được"),
            _("Hệ thống phát trực tuyến đang khởi động lại. Xin thử lại sau ít phút."),
            status=503,
        )
    response = HttpResponseRedirect(f"{origin}{request.path}")
    response["Cache-Control"] = "no-store"
    return response


@public_page
def _on_air(request: HttpRequest, code: str) -> HttpResponse:
    unit = unit_by_code(code)
    if unit is None:
        return not_found(request)
    air = Programme(unit).at(timezone.now())
    return HttpResponse(render_to_string("portal/listening/_air.html", {"air": air}))


def on_air(request: HttpRequest, code: str) -> HttpResponse:
    """A piece of the station's page: what is on air and what comes next."""
    response = _on_air(request, code)
    if response.status_code in (200, 304):
        response["Cache-Control"] = ON_AIR_NOW
    return response


@_may_play_live
@public_page
def listening(request: HttpRequest) -> HttpResponse:
    """The newest sounds of the whole locality, who speaks live now, and every station."""
    page = Paginator(archive(), A_PAGE).get_page(request.GET.get("trang"))
    spoken = open_takeovers().filter(state=TakeoverState.ON_AIR, until_at__gt=timezone.now())
    return render(
        "listening/all",
        {
            "page": page,
            "sounds": _shown(page.object_list),
            "live": spoken,
            "top": next(iter(top_units()), None),
            "stations": units_in_force().order_by("parent_id", "name"),
        },
    )


@_may_play_live
@public_page
def station(request: HttpRequest, code: str, language: str = "") -> HttpResponse:
    """One station: what it says now and next, and what it has said, of one language or all."""
    unit = unit_by_code(code)
    if unit is None or (language and language not in LANGUAGE_NAMES):
        return not_found(request)
    languages = languages_in(unit)
    page = Paginator(archive(unit, language), A_PAGE).get_page(request.GET.get("trang"))
    return render(
        "listening/station",
        {
            "unit": unit,
            "language": language,
            "language_name": LANGUAGE_NAMES.get(language, ""),
            "languages": languages,
            "page": page,
            "sounds": _shown(page.object_list),
            "air": Programme(unit).at(timezone.now()),
        },
    )


def _shown(sounds: Iterable[Rendition]) -> list[tuple[Rendition, str]]:
    """Each sound with the name of its language."""
    return [(one, LANGUAGE_NAMES.get(one.language, one.language)) for one in sounds]


@public_page
def podcast(request: HttpRequest, code: str, language: str) -> HttpResponse:
    """The station's archive in one language, as podcast players follow it."""
    unit = unit_by_code(code)
    if unit is None or language not in LANGUAGE_NAMES:
        return not_found(request)
    return podcast_of(unit, language, archive(unit, language)[:A_FEED])
