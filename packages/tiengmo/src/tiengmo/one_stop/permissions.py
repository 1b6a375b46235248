"""Who may do what to a procedure: people's roles in the unit that keeps it, or above."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiengmo.people.models import Role, User
from tiengmo.people.queries import has_role, roles_of, units_below, units_where
from tiengmo.places.queries import standing, units_in_force, with_predecessors

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from tiengmo.places.models import Unit

    from .models import Procedure

WRITES, PUBLISHES = Role.EDITOR, Role.APPROVER


def works_here(user: User) -> bool:
    """Does this person write or publish procedures, anywhere?"""
    return bool({WRITES, PUBLISHES} & roles_of(user))


def units_to_write_for(user: User) -> QuerySet[Unit]:
    """Units in force for which this person may enter a procedure."""
    held = list(units_where(user, WRITES))
    return units_in_force().filter(pk__in=units_below(held)).order_by("level", "name")


def seen_unit_ids(user: User) -> set[int]:
    """Units whose drafts this person sees: where they work, below, and what those took over."""
    held = list(units_where(user, WRITES)) + list(units_where(user, PUBLISHES))
    return with_predecessors(units_below(held))


def may_edit(user: User, procedure: Procedure) -> bool:
    return has_role(user, WRITES, standing(procedure.unit))


def may_publish(user: User, procedure: Procedure) -> bool:
    return has_role(user, PUBLISHES, standing(procedure.unit))
