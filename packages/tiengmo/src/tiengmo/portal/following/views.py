"""Following by e-mail or feed, without an account: the link in a letter is its reader's key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tiengmo.channels.email_followers import actions, queries, sealing
from tiengmo.channels.email_followers.errors import CannotFollow
from tiengmo.channels.email_followers.models import Follower
from tiengmo.portal import guard
from tiengmo.portal.caching import public_page
from tiengmo.portal.following import choices
from tiengmo.portal.frame import not_found, render

if TYPE_CHECKING:
    from django.http import HttpRequest

FORM = "theo-doi"
# Mail programs post this to the address in List-Unsubscribe (RFC 8058, 3.1).
ONE_CLICK = "List-Unsubscribe"


@guard.form_page()
def follow(request: HttpRequest) -> HttpResponse:
    """What can be followed, by feed and by letter; a commune's villages when one is named."""
    if request.method == "POST" and "mo-xa" not in request.POST:
        return _ask(request)
    return _page(request)


def _page(request: HttpRequest, problem: str = "", status: int = 200) -> HttpResponse:
    sent = request.POST
    chosen = sent.getlist("muc") or request.GET.getlist("muc")
    opened = sent.get("mo-xa-nao", "") if "mo-xa" in sent else sent.get("xa", "")
    code = opened or request.GET.get("xa", "")
    unit, villages = choices.villages_of(code, chosen)
    # Boxes of villages of another commune that was open before stay chosen.
    shown = {choice.value for choice in villages}
    elsewhere = [value for value in chosen if value.startswith("area:") and value not in shown]
    areas = choices.localities(chosen)
    kept = choices.kept_villages(elsewhere, {choice.value for choice in areas})
    return render(
        "following/follow",
        {
            "areas": areas,
            "unit": unit,
            "villages": villages,
            "kept": kept,
            "categories": choices.categories(chosen),
            "address": sent.get("thu", ""),
            "rhythm": sent.get("nhip", Follower.Rhythm.AT_ONCE),
            "rhythms": Follower.Rhythm.choices,
            "problem": problem,
            "guard": guard.fields(FORM),
            "sends_letters": bool(settings.EMAIL_URL),
            "only_files": settings.EMAIL_BACKEND.endswith(
                ("filebased.EmailBackend", "console.EmailBackend")
            ),
        },
        status=status,
    )


def _ask(request: HttpRequest) -> HttpResponse:
    if not settings.EMAIL_URL:
        return _page(request, _("Cổng này chưa gửi được thư. Hãy theo dõi bằng RSS."), 503)
    sent = request.POST
    rhythm = sent.get("nhip", "")
    if rhythm not in Follower.Rhythm.values:
        rhythm = Follower.Rhythm.AT_ONCE
    wanted, address = choices.known(sent.getlist("muc")), sent.get("thu", "")
    try:
        actions.check_wish(address, wanted)
        if verdict := guard.judge(request, FORM):
            return _page(request, verdict, verdict.status)
        actions.ask_to_follow(address, wanted, rhythm=rhythm)
    except CannotFollow as problem:
        return _page(request, str(problem), 400)
    return HttpResponseRedirect("/theo-doi/da-gui-thu/")


@public_page
def letter_sent(_request: HttpRequest) -> HttpResponse:
    """The same whether or not the address was known: whoever asks may be a stranger."""
    return render("following/letter_sent", {})


@guard.form_page()
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """A page with one button: programs that look at links in letters confirm nothing."""
    if sealing.letter_of(token) is None:
        return _too_late()
    if request.method != "POST":
        return render("following/confirm", {})
    try:
        follower = actions.confirm_following(token)
    except CannotFollow:
        return _too_late()
    return HttpResponseRedirect(f"/theo-doi/cua-toi/{sealing.own_token(follower.pk)}/?moi=1")


def _too_late() -> HttpResponse:
    return render("following/too_late", {}, status=410)


@guard.form_page()
def own(request: HttpRequest, token: str) -> HttpResponse:
    """What one follower follows; change it, or leave with one click."""
    follower = queries.follower_by_token(token)
    if follower is None:
        if sealing.follower_of(token) is None:
            return not_found(request)
        # Left already, perhaps by the mail program's button: that is what they wanted.
        return _left(request)
    if request.method != "POST":
        return render("following/own", _own(request, follower))
    if ONE_CLICK in request.POST or "roi" in request.POST:
        actions.end_following(follower, why="left")
        return _left(request)
    rhythm = request.POST.get("nhip", "")
    if rhythm not in Follower.Rhythm.values:
        rhythm = follower.rhythm
    if not actions.change_following(follower, keep=request.POST.getlist("muc"), rhythm=rhythm):
        return _left(request)
    return HttpResponseRedirect(f"{request.path}?da-luu=1")


def _own(request: HttpRequest, follower: Follower) -> dict[str, Any]:
    return {
        "follows": choices.named(follower.followings.order_by("kind", "code")),
        "is_confirmed": follower.confirmed_at is not None,
        "rhythm": follower.rhythm,
        "rhythms": Follower.Rhythm.choices,
        "is_new": "moi" in request.GET,
        "is_saved": "da-luu" in request.GET,
    }


def _left(request: HttpRequest) -> HttpResponse:
    if ONE_CLICK in request.POST:
        return HttpResponse(status=200)
    return HttpResponseRedirect("/theo-doi/da-ngung/")


@public_page
def left(_request: HttpRequest) -> HttpResponse:
    return render("following/left", {})
