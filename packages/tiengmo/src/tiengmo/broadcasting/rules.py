"""When an item may start: pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

# Room between two items: the tail of one and the breath before the next.
GAP = timedelta(seconds=2)


@dataclass(frozen=True)
class Span:
    """A stretch of air time that is taken, from `start` to `end`."""

    start: datetime
    end: datetime


def first_free_start(earliest: datetime, duration: timedelta, taken: Iterable[Span]) -> datetime:
    """Give the first instant from `earliest` at which `duration` fits between what is taken."""
    start = earliest
    for span in sorted(taken, key=lambda span: span.start):
        if span.end + GAP <= start:
            continue
        if start + duration + GAP <= span.start:
            break
        start = span.end + GAP
    return start
