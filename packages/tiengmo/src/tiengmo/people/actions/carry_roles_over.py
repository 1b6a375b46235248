from datetime import date
from typing import TYPE_CHECKING, Any

from tiengmo.audit.actions import record
from tiengmo.audit.actors import SYSTEM, Actor
from tiengmo.people.models import RoleAssignment, User

if TYPE_CHECKING:
    from tiengmo.places.models import Unit


def carry_roles_over(
    *,
    predecessor: "Unit",
    successor: "Unit",
    on: date,
    by: Actor | None = None,
    **_signal: Any,
) -> None:
    """Roles held in a unit that ended go on in its successor; the old assignments stay as history.

    Whoever cleared for one of two merged communes clears for the merged one: narrowing that down
    is the new unit's decision, and the audit row says where each role came from.
    """
    for assignment in RoleAssignment.objects.filter(unit=predecessor).select_related("user"):
        _, is_new = RoleAssignment.objects.get_or_create(
            user=assignment.user, role=assignment.role, unit=successor
        )
        if is_new:
            record(
                "role.carried_over",
                by=by or SYSTEM,
                subject=assignment.user,
                detail={
                    "role": assignment.role,
                    "from": predecessor.code,
                    "to": successor.code,
                    "on": on,
                },
            )
    User.objects.filter(unit=predecessor).update(unit=successor)
