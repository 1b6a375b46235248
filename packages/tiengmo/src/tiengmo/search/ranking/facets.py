"""What a reader may narrow by, counted from the keys alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from django.utils import timezone

from tiengmo.search import kinds
from tiengmo.search.keys import (
    MINUTE_SHIFT,
    SHELVES,
    STANDING,
    TELL_APART_BITS,
    year_begins,
)
from tiengmo.search.models import Shelf

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_VALUES = 12
FIRST_YEAR = 1975


@dataclass(frozen=True, slots=True)
class Facet:
    """One value and how many of what was found have it."""

    value: str
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Facets:
    """The commonest values first; years from the newest."""

    kinds: list[Facet] = field(default_factory=list)
    units: list[Facet] = field(default_factory=list)
    categories: list[Facet] = field(default_factory=list)
    years: list[Facet] = field(default_factory=list)


def count(keys: Sequence[int]) -> Facets:
    if not keys:
        return Facets()
    values = np.fromiter(keys, dtype=np.int64, count=len(keys))
    numbers, counts = np.unique((values >> TELL_APART_BITS) & (SHELVES - 1), return_counts=True)
    shelf_counts = dict(zip(numbers.tolist(), counts.tolist(), strict=True))
    by_kind: dict[str, Facet] = {}
    by_unit: dict[str, Facet] = {}
    by_category: dict[str, Facet] = {}
    for shelf in Shelf.objects.filter(pk__in=list(shelf_counts)).order_by("pk"):
        found = shelf_counts[shelf.pk]
        _add(by_kind, shelf.kind, kinds.name_of(shelf.kind), found)
        _add(by_unit, shelf.unit_code, shelf.unit_name or shelf.unit_code, found)
        _add(by_category, shelf.category, shelf.category_name or shelf.category, found)
    return Facets(_most(by_kind), _most(by_unit), _most(by_category), _years(values))


def _add(facets: dict[str, Facet], value: str, name: str, found: int) -> None:
    if value:
        before = facets[value].count if value in facets else 0
        facets[value] = Facet(value, name, before + found)


def _most(facets: dict[str, Facet]) -> list[Facet]:
    return sorted(facets.values(), key=lambda facet: (-facet.count, facet.name))[:MOST_VALUES]


def _years(values: np.typing.NDArray[np.int64]) -> list[Facet]:
    dated = values[values < STANDING << MINUTE_SHIFT]
    if not len(dated):
        return []
    last = timezone.localtime().year + 2
    begins = np.array([year_begins(year) for year in range(FIRST_YEAR, last + 1)], dtype=np.int64)
    places, counts = np.unique(np.searchsorted(begins, dated, side="right"), return_counts=True)
    facets = [
        Facet(str(FIRST_YEAR + place - 1), str(FIRST_YEAR + place - 1), found)
        for place, found in zip(places.tolist(), counts.tolist(), strict=True)
        if place
    ]
    return facets[::-1][:MOST_VALUES]
