"""Who may do what to a question or an event: people's roles at its unit, or above it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from tiengmo.audit.actors import Process
from tiengmo.people.actions import require_role
from tiengmo.people.errors import NotAllowed
from tiengmo.people.models import Role
from tiengmo.people.queries import units_below, units_where

if TYPE_CHECKING:
    from tiengmo.people.models import User
    from tiengmo.places.models import Unit

HANDLERS = (Role.EDITOR, Role.APPROVER)


def require_handler(by: User | Process, unit: Unit) -> None:
    """An editor or approver of the unit or above; the system itself may. Raises NotAllowed."""
    if isinstance(by, Process):
        return
    try:
        require_role(by, Role.EDITOR, unit)
    except NotAllowed as error:
        try:
            require_role(by, Role.APPROVER, unit)
        except NotAllowed:
            raise error from None


def require_editor(by: User | Process, unit: Unit) -> None:
    if not isinstance(by, Process):
        require_role(by, Role.EDITOR, unit)


def require_publisher(by: User | Process, unit: Unit) -> None:
    if not isinstance(by, Process):
        require_role(by, Role.APPROVER, unit)


def handled_by(user: User) -> set[int]:
    """Ids of the units whose questions and events the person handles."""
    held = units_where(user, Role.EDITOR) | units_where(user, Role.APPROVER)
    return units_below(held.distinct())


def edited_by(user: User) -> set[int]:
    return units_below(units_where(user, Role.EDITOR))


def published_by(user: User) -> set[int]:
    return units_below(units_where(user, Role.APPROVER))


def visible(user: User) -> Q:
    """The condition on a question or event that the person may see among staff."""
    return Q() if user.is_superuser and user.is_active else Q(unit__in=handled_by(user))
