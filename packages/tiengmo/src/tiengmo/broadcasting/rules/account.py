"""Every minute of a day: an item, quiet hours, or silence that is stated."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
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

    Where two items meet, the one that begins later is what is heard from then on: it can only be
    there because it is of higher priority.
    """
    stretches: list[Stretch] = []
    cursor = first
    ordered = sorted(items, key=lambda one: one[0].start)
    for number, (span, what, item) in enumerate(ordered):
        begins = max(span.start, cursor)
        following = ordered[number + 1][0].start if number + 1 < len(ordered) else last
        ends = min(span.end, last, max(following, begins))
        if ends <= begins:
            continue
        stretches += _without_item(cursor, begins, quiet)
        stretches.append(Stretch(begins, ends, what, item))
        cursor = ends
    return [*stretches, *_without_item(cursor, last, quiet)]


def _without_item(first: datetime, last: datetime, quiet: Iterable[Span]) -> list[Stretch]:
    found: list[Stretch] = []
    cursor = first
    for span in sorted(quiet, key=lambda span: span.start):
        begins, ends = max(span.start, cursor), min(span.end, last)
        if ends <= begins:
            continue
        if begins > cursor:
            found.append(Stretch(cursor, begins, What.SILENCE))
        found.append(Stretch(begins, ends, What.QUIET))
        cursor = ends
    if cursor < last:
        found.append(Stretch(cursor, last, What.SILENCE))
    return found
