"""Every unit's own pages: home, contacts, loudspeaker schedule, map; and the list of all."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from tiengmo.directory.queries import first_contacts, offices_of, officials_of
from tiengmo.outreach.queries import published_questions, upcoming_events
from tiengmo.places.queries import unit_by_code, units_below, units_in_force
from tiengmo.portal import alerts, queries
from tiengmo.portal.caching import public_page
from tiengmo.portal.frame import not_found, render
from tiengmo.portal.listening.on_air import Programme
from tiengmo.portal.units.hours import office_hours
from tiengmo.portal.units.outline import geojson_of, outline_of, places_of

if TYPE_CHECKING:
    from tiengmo.places.models import Unit

A_PAGE = 20
UNITS_A_PAGE = 100
SHOWN = 3
LEADERS = 4
# How far from today the schedule answers: further there is no programme, only crawlers.
FARTHEST = timedelta(days=60)


@public_page
def home(request: HttpRequest, code: str) -> HttpResponse:
    """One unit: who leads it, when it is open, what is new, what its loudspeakers say next."""
    unit = unit_by_code(code)
    if unit is None:
        return not_found(request)
    teasers = queries.published(unit).values_list("teaser", flat=True)
    page = Paginator(teasers, A_PAGE).get_page(request.GET.get("trang"))
    offices = offices_of(unit)
    return render(
        "units/home",
        {
            "unit": unit,
            "teasers": "".join(page.object_list),
            "page": page,
            "banner": alerts.banner(unit),
            "office": office_hours(offices[0]) if offices else None,
            "leaders": [one for one in officials_of(unit) if one.is_leader][:LEADERS],
            "air": Programme(unit).at(timezone.now(), coming=SHOWN),
            "events": upcoming_events().filter(unit=unit)[:SHOWN],
            "answers": published_questions().filter(unit=unit)[:SHOWN],
            "parts": units_below(unit, include_self=False).order_by("name"),
            **_figures(unit),
        },
    )


def _figures(unit: Unit) -> dict[str, Any]:
    villages = queries.villages_with_boxes(unit)
    return {
        "villages": villages,
        "households": sum(village.households for village in villages),
        "box_count": sum(village.box_count for village in villages),  # type: ignore[attr-defined]
    }


@public_page
def contacts(request: HttpRequest, code: str) -> HttpResponse:
    """Where to go, when, whom to ring: offices with hours, leaders, staff."""
    unit = unit_by_code(code)
    if unit is None:
        return not_found(request)
    officials = officials_of(unit)
    return render(
        "units/contacts",
        {
            "unit": unit,
            "offices": [office_hours(office) for office in offices_of(unit)],
            "leaders": [one for one in officials if one.is_leader],
            "staff": [one for one in officials if not one.is_leader],
            "now": timezone.localtime(),
        },
    )


@public_page
def schedule(request: HttpRequest, code: str) -> HttpResponse:
    """What the loudspeakers of a unit say today and on the six days after, or from another day."""
    unit = unit_by_code(code)
    if unit is None:
        return not_found(request)
    today = timezone.localdate()
    first = _day(request.GET.get("tu", ""), today)
    programme = Programme(unit)
    days = programme.days(first, 7)
    return render(
        "units/schedule",
        {
            "unit": unit,
            "today": today,
            "first": first,
            "days": days,
            "is_empty": not any(day.entries for day in days),
            "air": programme.at(timezone.now(), coming=1) if first == today else None,
            "quiet": programme.quiet_hours(),
            "fill": programme.fill(),
            "earlier": first - timedelta(days=7) if first > today - FARTHEST else None,
            "later": first + timedelta(days=7) if first < today + FARTHEST else None,
        },
    )


def _day(text: str, today: date) -> date:
    """The day named in the address, when it is one near today; otherwise today."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return today
    return found if abs(found - today) <= FARTHEST else today


@public_page
def map_page(request: HttpRequest, code: str) -> HttpResponse:
    """The unit on a map: a drawing and a list, and with script a map that can be moved."""
    unit = unit_by_code(code)
    if unit is None:
        return not_found(request)
    points = places_of(unit)
    return render(
        "units/map",
        {
            "unit": unit,
            "outline": outline_of(unit, points),
            "offices": [office for office in offices_of(unit) if office.latitude is not None],
            "villages": queries.villages_with_boxes(unit),
            "parts": units_below(unit, include_self=False).order_by("name"),
        },
    )


@public_page
def geojson(request: HttpRequest, code: str) -> HttpResponse:
    unit = unit_by_code(code)
    if unit is None:
        return not_found(request)
    text = json.dumps(geojson_of(unit), ensure_ascii=False, separators=(",", ":"))
    return HttpResponse(text, content_type="application/geo+json; charset=utf-8")


@public_page
def directory(request: HttpRequest) -> HttpResponse:
    """Every unit with its first office and who leads it; the locality itself first."""
    units = units_in_force().order_by("parent_id", "name")
    page = Paginator(_top_first(list(units)), UNITS_A_PAGE).get_page(request.GET.get("trang"))
    return render("units/directory", {"rows": first_contacts(page.object_list), "page": page})


def _top_first(units: list[Unit]) -> list[Unit]:
    return sorted(units, key=lambda unit: (unit.parent_id is not None, unit.name))
