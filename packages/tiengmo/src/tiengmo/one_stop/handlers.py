"""What the worker does for procedures: at midnight the version of the new day takes effect."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from tiengmo.outbox.registry import Lane, handles

from .entries import follow
from .models import Procedure
from .queries import offered_procedures
from .taking_effect import TAKE_EFFECT, settle

RENAMED = "one_stop.list_row_renamed"


@handles(RENAMED, lane=Lane.SLOW)
def say_its_new_name(payload: dict[str, Any]) -> None:
    """A field or a level has a new name: search says it of every procedure that has it."""
    of = "field" if payload["list"] == "procedurefield" else "level"
    rows = offered_procedures().filter(**{of: payload["row"]}).select_related("unit", "current")
    for one in rows.iterator(500):
        follow([one])


@handles(TAKE_EFFECT)
def take_effect(payload: dict[str, Any]) -> None:
    """A version's or an abolition's day has come; may run twice, and early does nothing."""
    with transaction.atomic():
        procedure = (
            Procedure.objects.select_for_update(of=("self",))
            .select_related("unit")
            .filter(pk=payload["procedure"])
            .first()
        )
        if procedure is not None:
            settle([procedure])
