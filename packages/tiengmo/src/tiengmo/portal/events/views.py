"""What people may come to, and what came of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from tiengmo.outreach.queries import (
    past_events,
    public_events,
    published_questions,
    upcoming_events,
)
from tiengmo.places.queries import unit_by_code
from tiengmo.portal import queries
from tiengmo.portal.caching import public_page
from tiengmo.portal.events.calendar import calendar_of
from tiengmo.portal.frame import not_found, render

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from tiengmo.outreach.models import Event

A_PAGE = 20
MOST_IN_CALENDAR = 500
# What was called off or is just over stays in a calendar that somebody follows.
KEPT = timedelta(days=30)


@public_page
def upcoming(request: HttpRequest) -> HttpResponse:
    """Events and dialogues to come, the nearest first; of one unit when named."""
    return _list(request, upcoming_events(), is_past=False)


@public_page
def past(request: HttpRequest) -> HttpResponse:
    """Those that took place, the latest first."""
    return _list(request, past_events(), is_past=True)


def _list(request: HttpRequest, events: QuerySet[Event], *, is_past: bool) -> HttpResponse:
    code = request.GET.get("don-vi", "")
    unit = unit_by_code(code) if code else None
    if code and unit is None:
        return not_found(request)
    if unit is not None:
        events = events.filter(unit=unit)
    page = Paginator(events, A_PAGE).get_page(request.GET.get("trang"))
    context = {"page": page, "events": page.object_list, "is_past": is_past, "unit": unit}
    return render("events/list", context)


@public_page
def event(request: HttpRequest, slug: str) -> HttpResponse:
    """One event: when, where, who, what; whether it was changed or called off; what came of it."""
    found = public_events().filter(slug=slug).first()
    if found is None:
        return not_found(request)
    questions = published_questions().filter(event=found)[:A_PAGE]
    return render("events/event", {"event": found, "questions": questions})


@public_page
def calendar_of_one(request: HttpRequest, slug: str) -> HttpResponse:
    found = public_events().filter(slug=slug).first()
    if found is None:
        return not_found(request)
    return _calendar(found.title, [found], name=found.slug)


@public_page
def calendar_of_all(request: HttpRequest) -> HttpResponse:
    """A calendar to follow: what is to come and the last month, of one unit when named."""
    events = public_events().filter(end_at__gte=timezone.now() - KEPT).order_by("start_at")
    name = queries.facts().name
    if code := request.GET.get("don-vi", ""):
        unit = unit_by_code(code)
        if unit is None:
            return not_found(request)
        events, name = events.filter(unit=unit), unit.name
    return _calendar(name, list(events[:MOST_IN_CALENDAR]), name="su-kien")


def _calendar(title: str, events: list[Event], *, name: str) -> HttpResponse:
    answer = HttpResponse(
        calendar_of(title, events), content_type="text/calendar; charset=utf-8; method=PUBLISH"
    )
    answer["Content-Disposition"] = f'inline; filename="{name}.ics"'
    return answer
