"""Which unit and which day a page was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone

from tiengmo.connectivity.rights import kept_by, read_by
from tiengmo.places.loading import values
from tiengmo.places.loading.values import BadValue
from tiengmo.places.queries import units_below, units_in_force, with_predecessors

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet

    from tiengmo.people.models import User
    from tiengmo.people.staff import StaffRequest
    from tiengmo.places.models import Unit


@dataclass
class Asked:
    """A unit with what lies under it, and a day; what the person may see of it and may enter."""

    unit: Unit
    units: QuerySet[Unit]
    # Ids of the unit and all below it that the person sees, with what they took over.
    ids: set[int]
    day: date
    may_enter: bool

    @property
    def query(self) -> str:
        return f"don_vi={self.unit.code}&ngay={self.day:%Y-%m-%d}"


def seen_units(user: User) -> QuerySet[Unit]:
    rows = units_in_force().order_by("code")
    return rows if user.is_superuser else rows.filter(pk__in=read_by(user))


def kept_units(user: User) -> QuerySet[Unit]:
    return units_in_force().filter(pk__in=kept_by(user)).order_by("code")


def asked_of(request: StaffRequest) -> Asked | None:
    """What was asked for, else the person's own unit and today; None where they may see nothing."""
    units = seen_units(request.user)
    unit = units.filter(code=request.GET.get("don_vi", "")).first()
    if unit is None and request.user.unit_id is not None:
        unit = units.filter(pk=request.user.unit_id).first()
    if unit is None:
        # The highest: whoever keeps a locality's figures begins with all of them.
        unit = units.order_by("parent__parent", "parent", "code").first()
    if unit is None:
        return None
    try:
        day = values.day(request.GET.get("ngay", "").strip()[:20], "ngày")
    except BadValue:
        day = None
    ids = set(units_below(unit).values_list("pk", flat=True))
    if not request.user.is_superuser:
        ids &= read_by(request.user)
    return Asked(
        unit,
        units,
        with_predecessors(ids),
        day or timezone.localdate(),
        may_enter=bool(kept_by(request.user)),
    )
