"""Pure rules about stretches of time, absences and their likely causes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tiengmo.speakers.models import OutageCause

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

# Boxes that fall silent together: within the time that wills and statuses take to be missed.
TOGETHER = timedelta(seconds=90)
SHARED_FROM_BOXES = 3
SHARED_FROM_SHARE = 0.8
# A box counts its running time in whole seconds, and its status takes a moment to arrive.
SAME_PROGRAM_WITHIN = timedelta(seconds=20)

Span = tuple[datetime, datetime]


def overlap(spans: Iterable[Span], within: Span) -> list[Span]:
    """Return the parts of these stretches that lie in another one, without what has no length."""
    begins, ends = within
    return [
        (max(start, begins), min(end, ends))
        for start, end in spans
        if min(end, ends) > max(start, begins)
    ]


def merged(spans: Iterable[Span]) -> list[Span]:
    """Return the same stretches in order, none touching the next."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def seconds(spans: Iterable[Span]) -> float:
    """How long they are together; where they overlap counts once."""
    return sum((end - start).total_seconds() for start, end in merged(spans))


def uptime(known: Sequence[Span], absent: Sequence[Span]) -> tuple[float, float]:
    """(seconds known, seconds present in them): what nobody listened to is neither."""
    of = seconds(known)
    away = seconds([part for span in merged(known) for part in overlap(absent, span)])
    return of, max(0.0, of - away)


def cause_of_absence(
    *,
    is_orderly: bool,
    boot_before: str,
    boot_now: str,
    program_before: datetime | None,
    program_now: datetime | None,
) -> OutageCause:
    """What a box's return says about where it was.

    A new boot is a power cut (or somebody's hand), a new program in the same boot is a restart of
    the program, and neither is a lost line. A box that does not say stays unexplained.
    """
    if is_orderly:
        return OutageCause.ORDERLY
    if boot_before and boot_now and boot_before != boot_now:
        return OutageCause.POWER
    if program_before is None or program_now is None or not boot_now:
        return OutageCause.UNKNOWN
    if program_now - program_before > SAME_PROGRAM_WITHIN:
        return OutageCause.PROGRAM
    return OutageCause.LINK


@dataclass(frozen=True)
class Absence:
    """One box's absence, for a look at its neighbours."""

    key: int
    box: str
    unit: int
    began_at: datetime


def shared(absences: Iterable[Absence], boxes_of: Mapping[int, int]) -> set[int]:
    """Keys of absences that a whole unit shared: nearly all its boxes, at one time.

    One box's plug is pulled by one hand; a commune's goes with its line, its power or its broker.
    """
    by_unit: dict[int, list[Absence]] = defaultdict(list)
    for one in absences:
        by_unit[one.unit].append(one)
    found: set[int] = set()
    for unit, those in by_unit.items():
        total = boxes_of.get(unit, 0)
        needed = max(SHARED_FROM_BOXES, SHARED_FROM_SHARE * total)
        those.sort(key=lambda one: one.began_at)
        first = 0
        for last, one in enumerate(those):
            while one.began_at - those[first].began_at > TOGETHER:
                first += 1
            group = those[first : last + 1]
            if len({member.box for member in group}) >= needed:
                found |= {member.key for member in group}
    return found


def counted_on(total: int, before: int, now: int | None, *, is_same_program: bool) -> int:
    """A counter that runs for ever, from one that begins anew with each program."""
    if now is None:
        return total
    return total + (now - before if is_same_program and now >= before else now)


def hour_of(instant: datetime) -> datetime:
    """The beginning of the hour."""
    return instant.replace(minute=0, second=0, microsecond=0)
