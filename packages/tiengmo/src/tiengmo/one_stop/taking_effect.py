"""Which version of a procedure holds today, wherever it is shown: lists, search, caches."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db.models import prefetch_related_objects
from django.utils import timezone

from tiengmo.outbox.actions import announce

from .entries import follow
from .events import public_page_changed
from .models import Procedure
from .queries import version_today

if TYPE_CHECKING:
    from collections.abc import Sequence

TAKE_EFFECT = "one_stop.take_effect"


def settle(procedures: Sequence[Procedure]) -> None:
    """Make each row say what holds today, and tell search and whoever keeps its page."""
    for procedure in procedures:
        version = version_today(procedure)
        procedure.current = version
        if version is not None:
            procedure.name = version.name
            procedure.field = version.field
            procedure.level = version.level
            procedure.agency = version.agency
    fields = ["current", "name", "field", "level", "agency"]
    Procedure.objects.bulk_update(procedures, fields, batch_size=200)
    with_current = [one for one in procedures if one.current is not None]
    prefetch_related_objects(with_current, "current__papers")
    follow(procedures)
    for procedure in procedures:
        public_page_changed.send(Procedure, procedure=procedure)


def await_day(procedure: Procedure, day: dt.date) -> None:
    """Have it settled again when that day begins, if it is still to come."""
    if day <= timezone.localdate():
        return
    midnight = timezone.make_aware(dt.datetime.combine(day, dt.time()))
    announce(TAKE_EFFECT, {"procedure": procedure.pk}, due_at=midnight)
