"""Where no telephone should ring now, but for an emergency or for what its owner asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef
from django.utils import timezone

from tiengmo.places.models import Unit, Village
from tiengmo.speakers.area_rules import allowed_in
from tiengmo.speakers.rules import is_quiet

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

NEWS_URGENCY = 2


def is_quiet_in(unit: Unit, now: datetime | None = None) -> bool:
    return is_quiet(allowed_in(unit).quiet_hours, timezone.localtime(now))


class Quiet:
    """Where it is quiet now, looked up once a unit: for one run of the worker, or less."""

    def __init__(self) -> None:
        self._known: dict[int, bool] = {}

    def units(self, waiting: QuerySet[Any]) -> list[int]:
        """Ids of the units that some of the waiting rows are for, and where it is quiet.

        waiting: rows with a `village`. Asked for each batch while fifty thousand wait: so each
        village is looked up in the rows' index, not each row for its village.
        """
        here = Village.objects.filter(Exists(waiting.filter(village=OuterRef("pk"))))
        found = list(here.order_by().values_list("unit", flat=True).distinct())
        new = [pk for pk in found if pk not in self._known]
        for unit in Unit.objects.filter(pk__in=new) if new else ():
            self.holds(unit)
        return [pk for pk in found if self._known.get(pk)]

    def holds(self, unit: Unit) -> bool:
        if unit.pk not in self._known:
            self._known[unit.pk] = is_quiet_in(unit)
        return self._known[unit.pk]
