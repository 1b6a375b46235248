"""What other systems fetch and ask for: Atom feeds and their hub (WebSub)."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from django.http import HttpResponse

from tiengmo.channels.partners import feeds
from tiengmo.channels.partners.actions import ask_hub
from tiengmo.channels.partners.errors import HubRefusal
from tiengmo.channels.partners.queries import items_of
from tiengmo.channels.partners.rules import EVERYTHING, Topic
from tiengmo.places.queries import unit_by_code
from tiengmo.portal import guard, queries, refusals
from tiengmo.portal.caching import public_page
from tiengmo.portal.frame import not_found

if TYPE_CHECKING:
    from django.http import HttpRequest

MOST_BYTES = 16 * 1024
# Who was just told comes at once: no copy may be older than what was pushed.
ASKED_EACH_TIME = "public, no-cache, stale-if-error=86400"


@guard.form_page(MOST_BYTES)
def hub(request: HttpRequest) -> HttpResponse:
    """A program asks to be told, or no longer; 202: its callback is asked whether it meant it.

    No stamp and no session: who may ask is who an administrator let in.
    """
    if request.method != "POST":
        return refusals.wrong_method("POST")
    try:
        ask_hub(request.POST.dict())
    except HubRefusal as refusal:
        return _text(str(refusal), refusal.status)
    return _text("", HTTPStatus.ACCEPTED)


def everything(request: HttpRequest) -> HttpResponse:
    return _feed(request, EVERYTHING)


def of_unit(request: HttpRequest, code: str) -> HttpResponse:
    if unit_by_code(code) is None:
        return not_found(request)
    return _feed(request, Topic(f"xa/{code}"))


def of_category(request: HttpRequest, code: str) -> HttpResponse:
    if code not in queries.facts().topics:
        return not_found(request)
    return _feed(request, Topic(f"chuyen-muc/{code}"))


def _feed(request: HttpRequest, topic: Topic) -> HttpResponse:
    response = _written(request, topic)
    response["Link"] = feeds.links_of(topic)
    response["Cache-Control"] = ASKED_EACH_TIME
    return response


@public_page
def _written(_request: HttpRequest, topic: Topic) -> HttpResponse:
    content = feeds.feed_of(topic, items_of(topic))
    return HttpResponse(content, content_type=f"{feeds.MEDIA_TYPE}; charset=utf-8")


def _text(text: str, status: int) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
