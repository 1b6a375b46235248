"""Review routes: which units must clear a bulletin, and who may. Pure: no database, no clock."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence


class Refusal(StrEnum):
    """Why one person may not clear one step."""

    NOT_APPROVER = "not_approver"
    AUTHOR = "author"
    CLEARED_BEFORE = "cleared_before"
    NEEDED_LATER = "needed_later"


def route(author_unit: int, containing: int, above_containing: Collection[int]) -> tuple[int, ...]:
    """Return the units whose approvers clear a bulletin, in order.

    author_unit: the unit the bulletin is written in. containing: the smallest unit that contains
    the whole audience. above_containing: every unit above `containing`.

    An audience inside the author's unit is that unit's own business; a wider one, or one elsewhere,
    also needs the unit that contains it. At the top both are the same unit, and the second pair of
    eyes there is another person's, because nobody clears what they wrote (`refusal`).
    """
    if author_unit == containing or author_unit in above_containing:
        return (author_unit,)
    return (author_unit, containing)


def refusal(
    person: int,
    *,
    step: int,
    later_steps: Sequence[int],
    holders: Mapping[int, Collection[int]],
    authors: Collection[int],
    cleared_by: Collection[int],
) -> Refusal | None:
    """Say why `person` may not clear `step` now, or None when they may.

    holders: the approvers of each unit of the route. authors: everyone who wrote or edited since
    the last clearing. cleared_by: who cleared the earlier steps of this round.
    """
    if person in authors:
        return Refusal.AUTHOR
    if person in cleared_by:
        return Refusal.CLEARED_BEFORE
    if person not in holders.get(step, ()):
        return Refusal.NOT_APPROVER
    used = {*cleared_by, person}
    if later_steps and unfillable(later_steps, holders=holders, excluded={*authors, *used}):
        # Only a reason to wait when a colleague could clear this step and leave them the next.
        rest = [step, *later_steps]
        if not unfillable(rest, holders=holders, excluded={*authors, *cleared_by}):
            return Refusal.NEEDED_LATER
    return None


def unfillable(
    steps: Sequence[int],
    *,
    holders: Mapping[int, Collection[int]],
    excluded: Collection[int],
) -> tuple[int, ...]:
    """Return the steps that cannot be given a person of their own.

    Each step needs a different person who is not excluded. A plain count is not enough when one
    person holds both units, so this looks for a matching (augmenting paths; routes are short).
    """
    chosen: dict[int, int] = {}  # person → index of the step they take

    def place(index: int, tried: set[int]) -> bool:
        for person in sorted(holders.get(steps[index], ())):
            if person in excluded or person in tried:
                continue
            tried.add(person)
            if person not in chosen or place(chosen[person], tried):
                chosen[person] = index
                return True
        return False

    return tuple(step for index, step in enumerate(steps) if not place(index, set()))
