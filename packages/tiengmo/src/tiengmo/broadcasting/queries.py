"""Reads of a station's programme."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings

from tiengmo.broadcasting.airtime import Airtime
from tiengmo.broadcasting.models import AreaRules, Part, PlayoutItem
from tiengmo.broadcasting.rules.account import Stretch, What, account
from tiengmo.broadcasting.rules.allowed import together
from tiengmo.broadcasting.rules.placing import Span
from tiengmo.people.queries import line_of, units_below, units_where
from tiengmo.places.models import Unit
from tiengmo.places.queries import units_in_force
from tiengmo.speakers.area_rules import AreaAllows
from tiengmo.speakers.rules import parse_quiet_hours

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from tiengmo.people.models import User

LONGEST = timedelta(hours=4)


def stations_of(user: User) -> QuerySet[Unit]:
    """Stations whose programme the person may see: where they hold any role, and below."""
    if user.is_superuser:
        return units_in_force()
    held = Unit.objects.filter(assignments__user=user).distinct()
    return units_in_force().filter(pk__in=units_below(held))


def operated_by(user: User) -> set[int]:
    """Ids of the stations whose programme the person may change."""
    from tiengmo.people.models import Role

    return units_below(units_where(user, Role.OPERATOR))


def allowed_for_boxes(unit: Unit) -> AreaAllows:
    """What boxes of this unit are told to keep: by its own rules and those above it."""
    line = line_of(unit)
    by_unit = {rules.unit_id: rules for rules in AreaRules.objects.filter(unit__in=line)}
    found = together(
        [by_unit[one.pk] for one in line if one.pk in by_unit],
        without_any=parse_quiet_hours(settings.QUIET_HOURS),
    )
    return AreaAllows(
        quiet_hours=[{"start": start, "end": end} for start, end in found.quiet_hours],
        session_minutes=found.session_minutes,
        sessions_per_day=found.sessions_per_day,
        gap_minutes=found.gap_minutes,
    )


def span_of(item: PlayoutItem) -> Span:
    return Span(item.start_at, item.start_at + timedelta(milliseconds=item.duration_ms))


def on_air_between(areas: Iterable[str], first: datetime, last: datetime) -> list[PlayoutItem]:
    """What some of these villages hear between two instants, of any station, in order."""
    airtime = Airtime()
    villages = airtime.villages(areas)
    around = Span(first, last)
    items = PlayoutItem.objects.filter(
        cancelled_at=None, start_at__gt=first - LONGEST, start_at__lt=last
    )
    return [
        item
        for item in items.select_related("station").order_by("start_at")
        if span_of(item).meets(around) and villages & airtime.villages(item.areas)
    ]


def minutes_of(station: Unit, first: datetime, last: datetime) -> list[Stretch]:
    """Account for every minute of a station's air: what plays, what fills, quiet hours, silence.

    Its own items and those of the stations above it; each station below it has air of its own.
    """
    airtime = Airtime()
    heard = set(airtime.line(station.pk))
    items = [
        (span_of(item), What.FILL if item.part == Part.FILL else What.ITEM, item)
        for item in on_air_between([station.code], first, last)
        if item.station_id in heard
    ]
    villages = airtime.villages([station.code])
    return account(first, last, items, airtime.quiet_everywhere(villages, first, last))
