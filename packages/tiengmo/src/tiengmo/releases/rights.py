"""Which releases a person of the staff may see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiengmo.people.queries import units_below
from tiengmo.places.queries import taken_over_by

if TYPE_CHECKING:
    from tiengmo.people.models import User
    from tiengmo.releases.models import Release


@dataclass(frozen=True)
class Sight:
    """Which releases a person may see, worked out once a page.

    Those of the units they work in and of everything below, and those that went to their own unit.
    """

    unit_ids: frozenset[int]
    codes: frozenset[str]

    @classmethod
    def of(cls, user: User) -> Sight:
        held = [assignment.unit for assignment in user.assignments.select_related("unit")]
        below = units_below(held)
        return cls(frozenset(below | taken_over_by(below)), frozenset(unit.code for unit in held))

    def covers(self, release: Release) -> bool:
        return release.unit_id in self.unit_ids or bool(self.codes & set(release.audience))
