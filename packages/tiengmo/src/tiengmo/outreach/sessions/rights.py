"""Who writes sessions down, and who sees a unit's list of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiengmo.people.models import Role
from tiengmo.people.queries import units_below, units_where

if TYPE_CHECKING:
    from tiengmo.people.models import User

READERS = (Role.EDITOR, Role.APPROVER, Role.ADMINISTRATOR)


def goes_out_in(user: User) -> set[int]:
    """Ids of the units whose villages the person goes to."""
    return units_below(units_where(user, Role.PROPAGANDIST))


def reads_in(user: User) -> set[int]:
    """Ids of the units whose sessions the person sees."""
    held = [unit for role in READERS for unit in units_where(user, role)]
    return units_below(held)
