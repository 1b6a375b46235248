"""Sections and their order. Pure."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_ITEMS = 60
LONGEST_FOREWORD = 6000
FIRST_YEAR = 2020


class Placed(Protocol):
    section: str
    position: int


T = TypeVar("T", bound=Placed)


def in_sections(items: Iterable[T]) -> list[tuple[str, list[T]]]:
    """Items by section: sections as their first item stands, items by position within each."""
    ordered = sorted(items, key=lambda one: one.position)
    first: dict[str, int] = {}
    for number, one in enumerate(ordered):
        first.setdefault(one.section, number)
    ordered.sort(key=lambda one: first[one.section])
    return [(name, list(some)) for name, some in groupby(ordered, key=lambda one: one.section)]


def has_come(year: int, month: int, today: date) -> bool:
    """Is this a month that has begun, since there are such bulletins?"""
    return month in range(1, 13) and year >= FIRST_YEAR and date(year, month, 1) <= today


def month_of(year: int, month: int) -> tuple[date, date]:
    """The first day of the month, and of the next."""
    after = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, 1), after
