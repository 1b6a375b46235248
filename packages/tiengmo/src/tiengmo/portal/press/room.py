"""The press room: what may be read now and printed later, for who is signed in. Nobody's copy."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING

from django.http import HttpResponse, HttpResponseRedirect
from django.utils import timezone

from tiengmo.channels.press import actions
from tiengmo.channels.press.models import PressItem
from tiengmo.channels.press.queries import journalist_of, public_items, under_embargo
from tiengmo.portal import guard, refusals
from tiengmo.portal.caching import public_page
from tiengmo.portal.frame import not_found, render
from tiengmo.portal.languages import LANGUAGE_NAMES
from tiengmo.portal.press.pages import renditions_of, rows_of, serve_picture
from tiengmo.portal.press.signing_in import COOKIE, ROOM

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from django.http import HttpRequest, HttpResponseBase

    from tiengmo.channels.press.models import Journalist

NOWHERE = "no-store"
A_LIST = 20


def signed_in(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Decorate a page of the room: it gets who is signed in, or leads to the way in."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        journalist = journalist_of(request.COOKIES.get(COOKIE, ""))
        response: HttpResponseBase
        if journalist is None:
            response = HttpResponseRedirect("/bao-chi/dang-nhap/")
        else:
            response = view(request, journalist, *args, **kwargs)
        response["Cache-Control"] = NOWHERE
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Referrer-Policy"] = "no-referrer"
        return response

    return wrapped


def _only_reading(request: HttpRequest) -> HttpResponse | None:
    if request.method not in ("GET", "HEAD"):
        return refusals.wrong_method("GET, HEAD")
    return None


@signed_in
def room(request: HttpRequest, journalist: Journalist) -> HttpResponse:
    """What waits for its hour, and what was released last."""
    if refusal := _only_reading(request):
        return refusal
    return render(
        "press/room",
        {
            "journalist": journalist,
            "waiting": rows_of(under_embargo()),
            "latest": rows_of(public_items()[:A_LIST]),
        },
    )


@signed_in
def item(request: HttpRequest, journalist: Journalist, pk: UUID) -> HttpResponse:
    """One release under embargo; once it is public, the page that everybody reads."""
    if refusal := _only_reading(request):
        return refusal
    found = PressItem.objects.select_related("release__unit").filter(release=pk).first()
    if found is None:
        return not_found(request)
    if found.gone_at is not None:
        return render("press/gone", {"item": found}, status=410)
    waiting = under_embargo()
    if not waiting.filter(pk=found.pk).exists():
        newer = waiting.filter(source=found.source).first()
        if newer is not None and found.until > timezone.now():
            return HttpResponseRedirect(f"{ROOM}{newer.release_id}/")
        return HttpResponseRedirect(f"/bao-chi/{found.slug}/")
    actions.note_reading(found, journalist)
    texts = renditions_of(found.release)
    return render(
        "press/room_item",
        {
            "item": found,
            "journalist": journalist,
            "main": texts[0],
            "texts": [(one, LANGUAGE_NAMES.get(one.language, one.language)) for one in texts],
            "picture": texts[0].picture if found.picture_sha256 else {},
        },
    )


@signed_in
def picture(request: HttpRequest, _journalist: Journalist, pk: UUID) -> HttpResponseBase:
    found = under_embargo().filter(release=pk).first()
    if found is None:
        return not_found(request)
    return serve_picture(request, found, cache_control=NOWHERE)


@guard.form_page()
def leave(request: HttpRequest) -> HttpResponse:
    """Sign out. The cookie goes to no other site's post (SameSite), so nobody else can."""
    if request.method == "POST":
        actions.leave_room(request.COOKIES.get(COOKIE, ""))
        return _gone_out()
    return HttpResponseRedirect(ROOM)


@guard.form_page()
def end(request: HttpRequest) -> HttpResponse:
    """Be told nothing more, and erased."""
    journalist = journalist_of(request.COOKIES.get(COOKIE, ""))
    if journalist is None:
        return HttpResponseRedirect("/bao-chi/dang-nhap/")
    if request.method != "POST":
        return render("press/end", {"journalist": journalist})
    actions.erase_journalist(journalist, why="left")
    return _gone_out()


def _gone_out() -> HttpResponse:
    response = HttpResponseRedirect(f"{ROOM}da-ra/")
    response.delete_cookie(COOKIE, path=ROOM, samesite="Lax")
    return response


@public_page
def left(_request: HttpRequest) -> HttpResponse:
    return render("press/left", {})
