"""Where no telephone should ring now, but for an emergency or for what its owner asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from tiengmo.channels.messages.models import Message
from tiengmo.places.models import Unit
from tiengmo.speakers.area_rules import allowed_in
from tiengmo.speakers.rules import is_quiet

if TYPE_CHECKING:
    from datetime import datetime

NEWS_URGENCY = 2


def is_quiet_in(unit: Unit, now: datetime | None = None) -> bool:
    return is_quiet(allowed_in(unit).quiet_hours, timezone.localtime(now))


def quiet_units(now: datetime) -> set[int]:
    """Ids of the units with waiting news where it is quiet now."""
    waiting = Message.objects.filter(state=Message.State.WAITING, urgency=NEWS_URGENCY)
    units = Unit.objects.filter(
        pk__in=waiting.order_by().values_list("village__unit", flat=True).distinct()
    )
    return {unit.pk for unit in units if is_quiet_in(unit, now)}
