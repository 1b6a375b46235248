"""How a journalist asks to be let in, and comes in by a link in a letter, without a password."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tiengmo.channels.press import actions
from tiengmo.channels.press.actions.ask_for_accreditation import checked
from tiengmo.channels.press.errors import PressError
from tiengmo.channels.press.queries import key_is_good
from tiengmo.channels.press.rules import SESSION_LASTS
from tiengmo.portal import guard
from tiengmo.portal.caching import public_page
from tiengmo.portal.frame import render

if TYPE_CHECKING:
    from django.http import HttpRequest

APPLY, ASK = "bao-chi-dang-ky", "bao-chi-dang-nhap"
COOKIE = "phong-bao-chi"
ROOM = "/bao-chi/phong/"


@guard.form_page()
def apply(request: HttpRequest) -> HttpResponse:
    """A journalist asks for accreditation; the press office looks at the card."""
    if request.method != "POST":
        return _form(request)
    sent = request.POST
    wanted = {
        "full_name": sent.get("ho-ten", ""),
        "outlet": sent.get("co-quan", ""),
        "card_number": sent.get("so-the", ""),
        "address": sent.get("thu", ""),
    }
    try:
        checked(**wanted)
        if verdict := guard.judge(request, APPLY):
            return _form(request, verdict, verdict.status)
        actions.ask_for_accreditation(**wanted)
    except PressError as problem:
        return _form(request, str(problem), 400)
    return HttpResponseRedirect("/bao-chi/dang-ky/da-nhan/")


def _form(request: HttpRequest, problem: str = "", status: int = 200) -> HttpResponse:
    sent = request.POST
    context = {
        "problem": problem,
        "guard": guard.fields(APPLY),
        "given": {
            "name": sent.get("ho-ten", ""),
            "outlet": sent.get("co-quan", ""),
            "card": sent.get("so-the", ""),
            "address": sent.get("thu", ""),
        },
    }
    return render("press/apply", context, status=status)


@public_page
def applied(_request: HttpRequest) -> HttpResponse:
    return render("press/applied", {})


@guard.form_page()
def ask(request: HttpRequest) -> HttpResponse:
    """Where a journalist has a link mailed."""
    problem, status = "", 200
    if request.method == "POST":
        if not settings.EMAIL_URL:
            problem, status = _("Nơi đây chưa gửi được thư. Hãy gọi cho bộ phận báo chí."), 503
        elif verdict := guard.judge(request, ASK):
            problem, status = str(verdict), verdict.status
        else:
            actions.ask_for_link(request.POST.get("thu", ""))
            return HttpResponseRedirect("/bao-chi/dang-nhap/da-gui-thu/")
    context = {
        "problem": problem,
        "guard": guard.fields(ASK),
        "address": request.POST.get("thu", ""),
        "sends": bool(settings.EMAIL_URL),
    }
    return render("press/ask", context, status=status)


@public_page
def letter_sent(_request: HttpRequest) -> HttpResponse:
    """The same whether or not the address was known: whoever asks may be a stranger."""
    return render("press/letter_sent", {})


@guard.form_page()
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """A page with one button: programs that look at links in letters use nothing up."""
    if request.method != "POST":
        if not key_is_good(token):
            return render("press/too_late", {}, status=410)
        return render("press/enter", {})
    kept = actions.open_room(token)
    if kept is None:
        return render("press/too_late", {}, status=410)
    response = HttpResponseRedirect(ROOM)
    # The only cookie of the public site, and only for the room: sent to no other address.
    response.set_cookie(
        COOKIE,
        kept,
        max_age=int(SESSION_LASTS.total_seconds()),
        path=ROOM,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response
