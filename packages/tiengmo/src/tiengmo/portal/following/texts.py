"""Text messages without an account: a number, the code sent to it, and a link to leave with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponseRedirect
from django.utils.translation import gettext as _

from tiengmo.audit.actors import SYSTEM
from tiengmo.channels.messages import actions, sealing
from tiengmo.channels.messages.errors import MessageError
from tiengmo.channels.messages.models import Message, Subscriber
from tiengmo.channels.messages.providers import FORMS
from tiengmo.channels.messages.queries import provider_in_use
from tiengmo.places.models import Village
from tiengmo.portal import guard
from tiengmo.portal.caching import public_page
from tiengmo.portal.following import choices
from tiengmo.portal.frame import render

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

FORM, LINK_FORM = "theo-doi-sms", "theo-doi-sms-lien-ket"


@guard.form_page()
def subscribe(request: HttpRequest) -> HttpResponse:
    """A number and the village its owner lives in; the villages of one commune at a time."""
    if request.method == "POST" and "mo-xa" not in request.POST:
        return _ask(request)
    return _page(request)


def _page(request: HttpRequest, problem: str = "", status: int = 200) -> HttpResponse:
    sent = request.POST
    opened = sent.get("mo-xa-nao", "") if "mo-xa" in sent else sent.get("xa", "")
    unit, villages = choices.villages_of(opened or request.GET.get("xa", ""))
    provider = provider_in_use()
    return render(
        "following/texts",
        {
            "communes": choices.localities(),
            "unit": unit,
            "villages": villages,
            "village": sent.get("thon", ""),
            "categories": choices.categories(sent.getlist("muc")),
            "number": sent.get("so", ""),
            "problem": problem,
            "guard": guard.fields(FORM),
            "sends": provider is not None,
            "has_zalo": provider_in_use(Message.Via.ZALO) is not None,
            "wants_zalo": bool(sent.get("zalo")),
            "is_trial": provider is not None and not FORMS[provider.form].is_real,
        },
        status=status,
    )


def _ask(request: HttpRequest) -> HttpResponse:
    sent = request.POST
    village = (
        Village.objects.select_related("unit")
        .filter(code=sent.get("thon", "").partition(":")[2])
        .first()
    )
    categories = [
        code for kind, code in choices.known(sent.getlist("muc")) if kind == choices.CATEGORY
    ]
    try:
        actions.check_wish(sent.get("so", ""))
        if village is None:
            return _page(request, _("Hãy chọn thôn nơi bà con ở."), 400)
        if verdict := guard.judge(request, FORM):
            return _page(request, verdict, verdict.status)
        subscriber = actions.ask_to_subscribe(
            sent.get("so", ""),
            village,
            categories=categories,
            by=SYSTEM,
            by_zalo=bool(sent.get("zalo")),
        )
    except MessageError as problem:
        return _page(request, str(problem), 400)
    token = sealing.asking_token(subscriber.pk)
    return HttpResponseRedirect(f"/theo-doi/sms/xac-nhan/{token}/")


@guard.form_page()
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Where the code is typed that the number was sent."""
    subscriber_id = sealing.asked_by(token)
    if subscriber_id is None:
        return render("following/too_late", {}, status=410)
    if request.method != "POST":
        return render("following/text_code", {"problem": ""})
    try:
        subscriber = actions.confirm_subscription(subscriber_id, request.POST.get("ma", "")[:20])
    except MessageError as problem:
        return render("following/text_code", {"problem": str(problem)}, status=400)
    return HttpResponseRedirect(f"/theo-doi/sms/{subscriber.link_key}/?moi=1")


@guard.form_page()
def own(request: HttpRequest, key: str) -> HttpResponse:
    """What one number gets, and one button to end it. Whoever has the link may."""
    subscriber = (
        Subscriber.objects.select_related("village__unit")
        .filter(link_key=key, confirmed_at__isnull=False)
        .first()
    )
    if subscriber is None:
        # Left already, or never there: the same page, so that nobody learns which.
        return render("following/text_unknown", {}, status=404)
    if request.method == "POST":
        actions.end_subscription(subscriber, by=SYSTEM, why="left")
        return HttpResponseRedirect("/theo-doi/sms/da-ngung/")
    names = [
        choice.name for choice in choices.categories() if _code(choice) in subscriber.categories
    ]
    return render(
        "following/text_own",
        {
            "village": subscriber.village,
            "names": names,
            "by_zalo": subscriber.by_zalo,
            "is_new": "moi" in request.GET,
        },
    )


def _code(choice: choices.Choice) -> str:
    return choice.value.partition(":")[2]


@guard.form_page()
def send_link(request: HttpRequest) -> HttpResponse:
    """For who has lost the link: it is texted again, to a number that gets messages."""
    problem, status = "", 200
    if request.method == "POST":
        try:
            actions.check_wish(request.POST.get("so", ""))
            if verdict := guard.judge(request, LINK_FORM):
                problem, status = verdict, verdict.status
            else:
                actions.send_own_link(request.POST.get("so", ""))
                return HttpResponseRedirect("/theo-doi/sms/da-gui-lien-ket/")
        except MessageError as error:
            problem, status = str(error), 400
    context = {
        "problem": problem,
        "number": request.POST.get("so", ""),
        "guard": guard.fields(LINK_FORM),
    }
    return render("following/text_link", context, status=status)


@public_page
def link_sent(_request: HttpRequest) -> HttpResponse:
    """The same whether or not the number was known."""
    return render("following/text_link_sent", {})


@public_page
def left(_request: HttpRequest) -> HttpResponse:
    return render("following/text_left", {})
