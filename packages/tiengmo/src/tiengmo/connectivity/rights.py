"""Who keeps these figures, and who sees them: technicians, and who decides beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiengmo.audit.actors import Process
from tiengmo.people.actions import require_role
from tiengmo.people.models import Role
from tiengmo.people.queries import units_below, units_where

if TYPE_CHECKING:
    from tiengmo.people.models import User
    from tiengmo.places.models import Unit

# Where masts stand and what protects an office's machines is not for everybody.
READERS = (Role.TECHNICIAN, Role.OPERATOR, Role.APPROVER, Role.ADMINISTRATOR)


def require_keeper(by: User | Process, unit: Unit) -> None:
    """A technician of the unit or above it; the system itself may. Raises NotAllowed."""
    if not isinstance(by, Process):
        require_role(by, Role.TECHNICIAN, unit)


def kept_by(user: User) -> set[int]:
    """Ids of the units whose figures the person may enter."""
    return units_below(units_where(user, Role.TECHNICIAN))


def read_by(user: User) -> set[int]:
    """Ids of the units whose figures the person sees."""
    return units_below([unit for role in READERS for unit in units_where(user, role)])
