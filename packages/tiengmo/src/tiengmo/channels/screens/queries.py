"""Reads of screens, for staff and for the channel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiengmo.channels.screens import rules
from tiengmo.channels.screens.models import Screen
from tiengmo.people.queries import units_below

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from tiengmo.people.models import User


def is_alive(screen: Screen, now: datetime) -> bool:
    """Has it been heard of within two of its reports?"""
    return screen.last_seen_at is not None and now - screen.last_seen_at < rules.ALIVE_FOR


def screens_for(user: User) -> QuerySet[Screen]:
    """Screens this person may see: of the units where they hold any role, and below."""
    rows = Screen.objects.select_related("unit", "village")
    if user.is_superuser:
        return rows
    return rows.filter(unit__in=units_below([one.unit for one in user.assignments.all()]))
