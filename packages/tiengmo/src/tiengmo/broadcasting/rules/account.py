"""Every minute of a day: an item, quiet hours, or silence that is stated."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from .placing import Span


class What(StrEnum):
    ITEM = "item"
    FILL = "fill"
    QUIET = "quiet"
    SILENCE = "silence"


@dataclass(frozen=True)
class Stretch:
    """From `start` to `end` this is so; `item` is what plays, if something does."""

    start: datetime
    end: datetime
    what: What
    item: Any = None


def account(
    first: datetime,
    last: datetime,
    items: Iterable[tuple[Span, What, Any]],
    quiet: Iterable[Span] = (),
) -> list[Stretch]:
    """Cut the time from `first` to `last` into stretches without a hole and without an overlap.

    Where two items meet, the one that begins later is heard first, and the other goes on behind it:
    the later one can only be there because it is of higher priority.
    """
    items, quiet = list(items), list(quiet)
    edges = {first, last}
    for span in (*(one[0] for one in items), *quiet):
        edges.update(edge for edge in (span.start, span.end) if first < edge < last)
    stretches: list[Stretch] = []
    for begins, ends in pairwise(sorted(edges)):
        what, item = _heard(begins, items, quiet)
        before = stretches[-1] if stretches else None
        if before is not None and before.what is what and before.item is item:
            stretches[-1] = Stretch(before.start, ends, what, item)
        else:
            stretches.append(Stretch(begins, ends, what, item))
    return stretches


def _heard(
    at: datetime, items: list[tuple[Span, What, Any]], quiet: list[Span]
) -> tuple[What, Any]:
    on = [one for one in items if one[0].start <= at < one[0].end]
    if on:
        _span, what, item = max(on, key=lambda one: one[0].start)
        return what, item
    is_quiet = any(span.start <= at < span.end for span in quiet)
    return (What.QUIET if is_quiet else What.SILENCE), None
