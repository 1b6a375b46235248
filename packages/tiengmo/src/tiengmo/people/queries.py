from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import QuerySet

from .models import Role, RoleAssignment, User
from .rules import needs_second_factor

if TYPE_CHECKING:
    from tiengmo.places.models import Unit


def line_of(unit: "Unit | None") -> list["Unit"]:
    """The unit and everything above it, nearest first."""
    line: list[Unit] = []
    # A parent that points back below (bad data) must not hang a page.
    while unit is not None and unit not in line:
        line.append(unit)
        unit = unit.parent
    return line


def holders_of(role: str, unit: "Unit") -> QuerySet[User]:
    """Active people who hold `role` exactly in `unit`."""
    return (
        User.objects.filter(is_active=True, assignments__role=role, assignments__unit=unit)
        .distinct()
        .order_by("full_name", "username")
    )


def has_role(user: User | None, role: str, unit: "Unit | None") -> bool:
    """Does `user` hold `role` in `unit` or in a unit above it?"""
    if unit is None or user is None or user.pk is None or not user.is_active:
        return False
    held = set(user.assignments.filter(role=role).values_list("unit_id", flat=True))
    return bool(held) and any(above.pk in held for above in line_of(unit))


def units_where(user: User, role: str) -> QuerySet["Unit"]:
    """The units to which `role` was given to `user` (its authority reaches everything below)."""
    from tiengmo.places.models import Unit

    if user.pk is None or not user.is_active:
        return Unit.objects.none()
    return Unit.objects.filter(assignments__user=user, assignments__role=role).distinct()


def roles_of(user: User) -> frozenset[str]:
    """Every role the person holds, wherever."""
    if user.pk is None or not user.is_active:
        return frozenset()
    return frozenset(
        RoleAssignment.objects.filter(user=user).values_list("role", flat=True).distinct()
    )


def must_show_second_factor(user: User) -> bool:
    """Must this person show a second factor (whether or not they already have)?"""
    return needs_second_factor(user, roles_of(user), is_demo=settings.IS_DEMO)


def units_below(units: "QuerySet[Unit] | list[Unit]") -> set[int]:
    """Ids of the units and of every unit under them, at any depth."""
    from tiengmo.places.models import Unit

    found: set[int] = set()
    level = {unit.pk for unit in units}
    while level - found:
        found |= level
        level = set(Unit.objects.filter(parent__in=level).values_list("pk", flat=True))
    return found


def administered_units(user: User) -> QuerySet["Unit"]:
    """Units whose accounts `user` may manage: where they administer, and everything below."""
    from tiengmo.places.models import Unit

    return Unit.objects.filter(pk__in=units_below(units_where(user, Role.ADMINISTRATOR)))
