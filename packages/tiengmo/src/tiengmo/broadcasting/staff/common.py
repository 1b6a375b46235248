"""What the programme's pages share: the frame, who may see which station, how refusals are told."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.broadcasting.errors import BroadcastingError
from tiengmo.broadcasting.queries import operated_by, stations_of
from tiengmo.people.errors import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from tiengmo.places.models import Unit

REFUSALS = (BroadcastingError, NotAllowed)


def page(
    request: HttpRequest, template: str, *, title: str, trail: Any = (), **context: Any
) -> HttpResponse:
    """Render one of our pages inside Wagtail's frame. trail: (label, url) pairs above this page."""
    crumbs = [
        {"url": reverse("wagtailadmin_home"), "label": _("Trang đầu")},
        *({"url": url, "label": label} for label, url in trail),
        {"url": "", "label": title},
    ]
    return render(
        request,
        template,
        {"header_title": title, "header_icon": "calendar", "breadcrumbs_items": crumbs, **context},
    )


def stations(request: HttpRequest) -> list[Unit]:
    """Stations this person sees, the highest first."""
    user: Any = request.user
    found = list(stations_of(user).select_related("parent").order_by("name"))
    ids = {unit.pk for unit in found}
    # Children behind their parents, however many levels there are.
    return sorted(found, key=lambda unit: (_depth(unit, ids), unit.name))


def _depth(unit: Unit, ids: set[int]) -> int:
    depth, above = 0, unit
    while above.parent is not None:
        depth, above = depth + 1, above.parent
    del ids
    return depth


def station_of(request: HttpRequest, code: str) -> Unit:
    """The station with this code, if this person sees it; 404 otherwise."""
    user: Any = request.user
    found = stations_of(user).filter(code=code).order_by("-valid_from").first()
    if found is None:
        raise Http404
    return found


def sees(request: HttpRequest, station_id: int) -> None:
    """404 for a station that this person does not see."""
    user: Any = request.user
    if not stations_of(user).filter(pk=station_id).exists():
        raise Http404


def may_operate(request: HttpRequest, station_id: int) -> bool:
    user: Any = request.user
    return station_id in operated_by(user)


def day_in(text: str, default: date | None = None) -> date:
    """A day from an address; today (or `default`) for what is no day."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return default or timezone.localdate()
    # Far from any programme, and safe to reckon with.
    if not 2000 <= found.year < 2090:  # noqa: PLR2004
        return default or timezone.localdate()
    return found


def attempt(request: HttpRequest, act: Callable[[], Any], done: str) -> Any:
    """Run an action; tell what was done or refused as a message on the next page."""
    try:
        result = act()
    except REFUSALS as error:
        messages.error(request, str(error))
        return None
    messages.success(request, done)
    return True if result is None else result


def to_week(station: Unit, day: date) -> str:
    """The address of the week of this day."""
    return f"{reverse('broadcasting_week')}?dai={station.code}&tuan={day.isoformat()}"
