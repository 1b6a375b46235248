"""Reads: what stood on a day of the locality's calendar (`on`; today when it is not given)."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, TypeVar

from django.db.models import Q
from django.utils import timezone

from . import rules
from .models import DeadZone, Measure, Statement, VillageFigure

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date, datetime

    from django.db.models import QuerySet

    from tiengmo.places.models import Village

Row = TypeVar("Row", bound=Statement)


def standing(
    rows: QuerySet[Row], on: date | None = None, *, known_at: datetime | None = None
) -> list[Row]:
    """Of each thing the latest statement on that day; what came to an end before it is left out.

    known_at: as it was written down at that instant; now, when it is not given.
    """
    day = on or timezone.localdate()
    if known_at is None:
        rows = rows.filter(replaced_at=None)
    else:
        not_yet_replaced = Q(replaced_at=None) | Q(replaced_at__gt=known_at)
        rows = rows.filter(not_yet_replaced, stated_at__lte=known_at)
    latest: dict[tuple[Any, ...], Row] = {}
    # Ten years of monthly figures: the earlier ones are not kept in memory beside the latest.
    for row in rows.filter(since__lte=day).order_by("since", "pk").iterator(chunk_size=2000):
        latest[row.key] = row
    return [row for row in latest.values() if row.ends_on is None or row.ends_on >= day]


def figures(village_ids: Collection[int], on: date | None = None) -> dict[int, dict[str, int]]:
    """Village id → measure → what stood on that day; what nobody stated is left out."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for one in standing(VillageFigure.objects.filter(village_id__in=village_ids), on):
        found[one.village_id][one.measure] = one.value
    return found


def dead_zones(village_ids: Collection[int], on: date | None = None) -> dict[int, dict[str, str]]:
    """Village id → operator → how much of it was without signal on that day."""
    found: dict[int, dict[str, str]] = defaultdict(dict)
    for one in standing(DeadZone.objects.filter(village_id__in=village_ids), on):
        found[one.village_id][one.operator] = one.level
    return found


def cut_off(villages: Iterable[Village], on: date | None = None) -> set[int]:
    """Ids of the villages where nothing could call a machine on that day.

    The village's own mark counts where no operator's dead zone is stated.
    """
    asked = list(villages)
    ids = [village.pk for village in asked]
    zones = dead_zones(ids, on)
    dark = {
        village.pk
        for village in asked
        if rules.is_cut_off(
            zones.get(village.pk, {}).values(), has_fibre=False, on_record=village.is_dead_zone
        )
    }
    if not dark:
        return dark
    # Only where no signal reaches does fibre decide.
    fibre = VillageFigure.objects.filter(village_id__in=dark, measure=Measure.FIBRE)
    return dark - {one.village_id for one in standing(fibre, on) if one.value}


def telephones_in(village: Village, on: date | None = None) -> int | None:
    """Mobile subscribers of a village on that day; None where nobody stated them."""
    return figures([village.pk], on).get(village.pk, {}).get(Measure.MOBILE)


def online_at_most(villages: Iterable[Village], on: date | None = None) -> tuple[int, int]:
    """Households that can open a page at home, at most, and of how many villages that is known."""
    asked = list(villages)
    stated = figures([village.pk for village in asked], on)
    bounds = [
        rules.online_at_most(
            village.households,
            fixed_subscribers=stated.get(village.pk, {}).get(Measure.FIXED),
            smartphones=stated.get(village.pk, {}).get(Measure.SMARTPHONES),
        )
        for village in asked
    ]
    known = [bound for bound in bounds if bound is not None]
    return sum(known), len(known)
