"""Reads of the directory."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from tiengmo.people.models import Role
from tiengmo.people.queries import units_below, units_where
from tiengmo.places.models import Unit
from tiengmo.places.queries import units_in_force

from .models import Office, Official
from .rules import out_of_date_before

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from tiengmo.people.models import User

MOST_OUT_OF_DATE = 200


def offices_in_use() -> QuerySet[Office]:
    """Offices that are open to the public today, with their units."""
    today = timezone.localdate()
    return Office.objects.filter(Q(closed_on=None) | Q(closed_on__gt=today)).select_related("unit")


def officials_in_office(on: date | None = None) -> QuerySet[Official]:
    """Officials whose term covers the day (today without it), with their units and offices."""
    day = on or timezone.localdate()
    term = Q(valid_to=None) | Q(valid_to__gte=day)
    return Official.objects.filter(term, valid_from__lte=day).select_related("unit", "office")


def offices_of(unit: Unit) -> list[Office]:
    return list(offices_in_use().filter(unit=unit))


def officials_of(unit: Unit) -> list[Official]:
    return list(officials_in_office().filter(unit=unit).order_by("-is_leader", "order", "pk"))


@dataclass(frozen=True)
class Row:
    """One unit in the list of all: how to reach it at once."""

    unit: Unit
    office: Office | None
    leader: Official | None


def first_contacts(units: Iterable[Unit]) -> list[Row]:
    """The first office and the first leader of each unit, in two queries."""
    units = list(units)
    offices: dict[int, Office] = {}
    for office in offices_in_use().filter(unit__in=units):
        offices.setdefault(office.unit_id, office)
    leaders: dict[int, Official] = {}
    for official in officials_in_office().filter(unit__in=units, is_leader=True):
        leaders.setdefault(official.unit_id, official)
    return [Row(unit, offices.get(unit.pk), leaders.get(unit.pk)) for unit in units]


def edited_by(user: User) -> set[int]:
    """Ids of the units whose contacts the person may change."""
    return units_below(units_where(user, Role.EDITOR))


def seen_by(user: User) -> QuerySet[Unit]:
    """Units whose contacts the person sees among staff: where they hold any role, and below."""
    if user.is_superuser and user.is_active:
        return units_in_force()
    held = Unit.objects.filter(assignments__user=user).distinct()
    return units_in_force().filter(pk__in=units_below(held))


@dataclass(frozen=True)
class UnitSummary:
    """One unit in the staff's list."""

    unit: Unit
    offices: int
    officials: int
    out_of_date: int

    @property
    def is_empty(self) -> bool:
        return not self.offices and not self.officials


def summaries(units: QuerySet[Unit]) -> list[UnitSummary]:
    """How many contacts each unit has and how many are out of date, in three queries."""
    listed = list(units.order_by("code"))
    before = out_of_date_before(timezone.localdate())
    stale = Q(checked_on=None) | Q(checked_on__lt=before)
    counts: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
    for place, rows in enumerate((offices_in_use(), officials_in_office())):
        counted = (
            rows.filter(unit__in=units)
            .order_by()
            .values_list("unit_id")
            .annotate(n=Count("pk"), old=Count("pk", filter=stale))
        )
        for unit_id, number, old in counted:
            counts[unit_id][place] = number
            counts[unit_id][2] += old
    return [UnitSummary(unit, *counts[unit.pk]) for unit in listed]


def out_of_date(units: QuerySet[Unit]) -> list[Office | Official]:
    """Contacts nobody has looked at for six months, those never looked at first; 200 at most."""
    before = out_of_date_before(timezone.localdate())
    stale = Q(checked_on=None) | Q(checked_on__lt=before)
    found: list[Office | Official] = [
        *offices_in_use().filter(stale, unit__in=units).order_by("checked_on")[:MOST_OUT_OF_DATE],
        *officials_in_office()
        .filter(stale, unit__in=units)
        .order_by("checked_on")[:MOST_OUT_OF_DATE],
    ]
    return sorted(found, key=lambda one: str(one.checked_on or ""))[:MOST_OUT_OF_DATE]
