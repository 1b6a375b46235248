"""How the villages of a release stand on a map."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiengmo.places import drawing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tiengmo.places.drawing import VillageMap
    from tiengmo.places.models import Unit

    from .results import VillageReach


def state_of(village: VillageReach) -> str:
    if village.is_reached:
        return "reached"
    return "waiting" if village.reason == "waiting" else "missed"


def with_language(village: VillageReach) -> str:
    """The same, telling apart who was reached but not in their language."""
    return "language" if village.is_only_in_another_language else state_of(village)


def draw(
    villages: Iterable[VillageReach],
    units: Iterable[Unit],
    state_of: Callable[[VillageReach], str] = state_of,
) -> VillageMap | None:
    """Draw the villages of a release; None when there is nothing to draw."""
    return drawing.draw(villages, units, state_of)
