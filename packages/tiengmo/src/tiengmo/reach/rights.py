"""Who gives work in a village, who may be given it, and who may say that it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiengmo.audit.actors import Process
from tiengmo.people.actions import require_role
from tiengmo.people.models import Role, User
from tiengmo.people.queries import has_role, line_of, units_below
from tiengmo.places.models import Unit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from tiengmo.reach.models import Assignment

GIVERS = (Role.APPROVER, Role.EDITOR, Role.OPERATOR)


def require_giver(by: User | Process, unit: Unit) -> None:
    """Whoever runs bulletins in the unit or above it; the system itself may. Raises NotAllowed."""
    if isinstance(by, Process):
        return
    held = next((role for role in GIVERS if has_role(by, role, unit)), Role.APPROVER)
    require_role(by, held, unit)


def gives_in(user: User) -> set[int]:
    """Ids of the units in whose villages the person may give work."""
    held = user.assignments.filter(role__in=GIVERS).select_related("unit")
    return units_below([one.unit for one in held])


def works_in(user: User) -> set[int]:
    """Ids of the units where the person holds any role, and of all below."""
    return units_below([one.unit for one in user.assignments.select_related("unit")])


def workers_for(units: Iterable[Unit]) -> QuerySet[User]:
    """Who may be named for work in these units' villages: staff there, or of what lies above."""
    line = {unit.pk for unit in units}
    wave = line
    while wave:
        parents = Unit.objects.filter(pk__in=wave).exclude(parent=None)
        wave = set(parents.values_list("parent_id", flat=True)) - line
        line |= wave
    return (
        User.objects.filter(is_active=True, assignments__unit__in=line)
        .distinct()
        .order_by("full_name", "username")
    )


def may_report(user: User, assignment: Assignment) -> bool:
    """Whoever was named; in their stead, staff of the village's unit or above."""
    if not user.is_active or user.pk is None:
        return False
    if assignment.person_id == user.pk:
        return True
    line = [one.pk for one in line_of(assignment.village.unit)]
    return user.is_superuser or user.assignments.filter(unit__in=line).exists()
