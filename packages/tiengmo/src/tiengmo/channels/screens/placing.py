"""Which screens an area means, and which areas a screen listens to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from tiengmo.channels.screens.models import Screen
from tiengmo.places.models import Unit, Village
from tiengmo.places.queries import area_paths, unit_by_code, units_below, villages_in

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

EVERYTHING = "*"


def in_use() -> QuerySet[Screen]:
    """Screens that were let in and not revoked."""
    return Screen.objects.filter(revoked_at=None).exclude(token_hash="")


def screens_in(areas: Iterable[str]) -> QuerySet[Screen]:
    """Screens in use that a message to these areas is for.

    A village house's screen when its village is meant; an office's when any village of its own
    unit is, for people of all of them come there. The office of a unit without villages of its own
    (a province's) only when the unit itself, or what lies above it, is named.
    """
    codes = set(areas)
    villages = villages_in(codes)
    named = {
        unit.pk
        for code in codes
        if (top := unit_by_code(code)) is not None
        for unit in units_below(top)
    }
    offices = set(villages.order_by().values_list("unit_id", flat=True)) | named
    return (
        in_use()
        .filter(Q(village__in=villages) | Q(village=None, unit__in=offices))
        .select_related("unit", "village")
        .order_by("unit__name", "name")
    )


def listens_to(screen: Screen) -> list[str]:
    """Codes of areas whose warnings this screen shows; EVERYTHING for the office at the top."""
    if screen.village is not None:
        return area_paths([screen.village])[screen.village.code]
    if screen.unit.parent_id is None:
        return [EVERYTHING]
    codes = []
    unit: Unit | None = screen.unit
    while unit is not None:
        codes.append(unit.code)
        unit = unit.parent
    below = units_below(screen.unit, include_self=False)
    codes.extend(below.values_list("code", flat=True))
    within = Village.objects.filter(unit__in=[screen.unit_id, *below.values_list("pk", flat=True)])
    return [*codes, *within.values_list("code", flat=True)]
