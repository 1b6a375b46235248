"""What is out of date in somebody's units."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone

from tiengmo.people.models import Role, RoleAssignment, User
from tiengmo.people.queries import units_below, units_where
from tiengmo.places.models import Unit
from tiengmo.places.queries import with_predecessors

from .models import SetAside
from .registry import MOST, Finding, Kind, kinds

if TYPE_CHECKING:
    from collections.abc import Iterable


def units_of(user: User) -> set[int]:
    """Units whose public pages this person keeps in order: where they write or publish, and below.

    With what those took over: a notice of a unit that ended is its successor's to mend.
    """
    if not user.is_active:
        return set()
    if user.is_superuser:
        return set(Unit.objects.values_list("pk", flat=True))
    held = [*units_where(user, Role.EDITOR), *units_where(user, Role.APPROVER)]
    return with_predecessors(units_below(held))


@dataclass(frozen=True)
class Row:
    """A finding with the names that a page shows."""

    finding: Finding
    unit: Unit
    keepers: list[str]  # the unit's editors, where the thing itself names nobody

    @property
    def days(self) -> int | None:
        since = self.finding.since
        return (timezone.localdate() - since).days if since else None


@dataclass(frozen=True)
class Section:
    kind: Kind
    rows: list[Row]

    @property
    def is_cut(self) -> bool:
        return len(self.rows) >= MOST


def sections(user: User, *, kind: str = "", unit_id: int | None = None) -> list[Section]:
    """Every kind with what is out of date, the oldest first; narrowed to a kind or a unit."""
    units = units_of(user)
    if unit_id is not None:
        units &= {unit_id}
    if not units:
        return []
    wanted = [one for one in kinds() if not kind or one.code == kind]
    found = {one.code: _standing(one, units) for one in wanted}
    names = Unit.objects.in_bulk({f.unit_id for rows in found.values() for f in rows})
    keepers = _editors(names)
    return [
        Section(one, [Row(f, names[f.unit_id], keepers[f.unit_id]) for f in found[one.code]])
        for one in wanted
    ]


def _standing(kind: Kind, units: set[int]) -> list[Finding]:
    """The kind's findings, but for those that were looked at and left as they are."""
    left = set(
        SetAside.objects.filter(kind=kind.code, until_on__gte=timezone.localdate()).values_list(
            "ref", flat=True
        )
    )
    return [finding for finding in kind.read(units) if finding.ref not in left]


def _editors(units: Iterable[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    rows = RoleAssignment.objects.filter(
        unit__in=list(units), role=Role.EDITOR, user__is_active=True
    ).select_related("user")
    for row in rows:
        found[row.unit_id].append(row.user.get_full_name())
    return found


def counts(user: User) -> list[tuple[Kind, int]]:
    """How much of each kind is out of date; kinds without any are left out."""
    units = units_of(user)
    if not units:
        return []
    numbers = [(kind, len(_standing(kind, units))) for kind in kinds()]
    return [(kind, number) for kind, number in numbers if number]


def finding(user: User, kind: str, ref: str) -> Finding | None:
    """The one finding that may be set aside, if it stands and this person sees it."""
    units = units_of(user)
    for one in kinds():
        if one.code == kind and one.may_set_aside and units:
            return next((f for f in _standing(one, units) if f.ref == ref), None)
    return None
