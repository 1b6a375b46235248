"""What lower apps announce, and what the directory answers them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tiengmo.audit.actions import record

from .actions import end_official
from .actions.checks import follow
from .models import Office, Official

if TYPE_CHECKING:
    from tiengmo.audit.actors import Process
    from tiengmo.people.models import User
    from tiengmo.places.models import Unit


def on_unit_succeeded(
    *, predecessor: Unit, successor: Unit, by: User | Process, **_rest: Any
) -> None:
    """A house stands where it stood: its unit is the successor now, to be looked at again.

    Who led a unit that has ended leads nothing: the successor's editors name its own people.
    """
    from tiengmo.audit.actors import SYSTEM

    for office in Office.objects.filter(unit=predecessor, closed_on=None):
        office.unit = successor
        office.checked_on = None
        office.save(update_fields=["unit", "checked_on"])
        record(
            "directory.office_carried_over",
            by=by,
            subject=office,
            detail={"from": predecessor.code, "to": successor.code},
        )
        follow(office)
    for official in Official.objects.filter(unit=predecessor, valid_to=None):
        end_official(official, by=SYSTEM)
