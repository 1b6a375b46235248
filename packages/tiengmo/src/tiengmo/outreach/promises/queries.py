"""Reads of promises."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone

from tiengmo.outreach.rights import handled_by

from .models import Promise

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from tiengmo.people.models import User

# A reminder comes this long before its day.
SOON = timedelta(days=7)


def promises_for(user: User) -> QuerySet[Promise]:
    """Promises made in the units that the person handles, or owed by them."""
    rows = Promise.objects.select_related("unit", "owed_by", "office", "topic", "event", "session")
    if user.is_superuser and user.is_active:
        return rows
    units = handled_by(user)
    return rows.filter(Q(unit__in=units) | Q(owed_by__in=units))


def due(rows: QuerySet[Promise]) -> QuerySet[Promise]:
    """Open ones that are late, or due within a week; the oldest first."""
    return rows.filter(state=Promise.State.OPEN, due_on__lte=timezone.localdate() + SOON).order_by(
        "due_on", "pk"
    )


def owed_and_due(units: Iterable[int]) -> QuerySet[Promise]:
    return due(Promise.objects.filter(owed_by__in=set(units)).select_related("owed_by", "office"))
