"""Reads: what was printed by outlet and half-year, what agreements still owe."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

from django.db.models import Count

from tiengmo.channels.press.models import Outlet
from tiengmo.outreach.press.models import Agreement, Mention
from tiengmo.outreach.press.rules import half_of

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django_stubs_ext import WithAnnotations


@dataclass(frozen=True)
class OfOutlet:
    """How much an outlet printed in each half-year, as the columns stand."""

    outlet: Outlet
    counts: list[int]

    @property
    def total(self) -> int:
        return sum(self.counts)


def by_half_year(rows: QuerySet[Mention]) -> tuple[list[tuple[int, int]], list[OfOutlet]]:
    """Half-years that something was printed in, newest first, and each outlet's counts in them."""
    counts: dict[int, Counter[tuple[int, int]]] = defaultdict(Counter)
    by_day = rows.order_by().values_list("outlet", "on").annotate(count=Count("pk"))
    for outlet, on, count in by_day:
        counts[outlet][half_of(on)] += count
    halves = sorted({half for some in counts.values() for half in some}, reverse=True)
    table = [
        OfOutlet(outlet, [counts[outlet.pk][half] for half in halves])
        for outlet in Outlet.objects.filter(pk__in=counts)
    ]
    table.sort(key=lambda one: (-one.total, one.outlet.name))
    return halves, table


class Counted(TypedDict):
    delivered: int


def agreements() -> QuerySet[WithAnnotations[Agreement, Counted]]:
    """With `delivered`: how many products stand in the log."""
    return Agreement.objects.select_related("outlet").annotate(delivered=Count("products"))
