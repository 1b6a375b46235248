"""What lower apps announce, and what promises answer them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tiengmo.audit.actions import record

from .models import Promise

if TYPE_CHECKING:
    from tiengmo.audit.actors import Process
    from tiengmo.people.models import User
    from tiengmo.places.models import Unit


def on_unit_succeeded(
    *, predecessor: Unit, successor: Unit, by: User | Process, **_rest: Any
) -> None:
    """Whoever takes a unit over owes what it promised; where it was made stays what it was."""
    moved = Promise.objects.filter(owed_by=predecessor, state=Promise.State.OPEN).update(
        owed_by=successor
    )
    if moved:
        record(
            "outreach.promises_carried_over",
            by=by,
            subject=successor,
            detail={"from": predecessor.code, "promises": moved},
        )
