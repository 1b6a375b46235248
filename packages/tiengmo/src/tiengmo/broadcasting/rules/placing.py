"""Where items find their place: pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Room between two items of different makers: the tail of one and the breath before the next.
GAP = timedelta(seconds=2)
# Between two parts of one episode. A box opens the next sound only when the last has ended
# (speaker_agent.playing.rules); with less room it would come late, on the next whole second.
BREATH = timedelta(seconds=1)
# An episode that runs over is played on for this long at most; what would start later is left out.
OVERRUN = timedelta(minutes=10)


@dataclass(frozen=True)
class Span:
    """A stretch of air time that is taken, from `start` to `end`."""

    start: datetime
    end: datetime

    def meets(self, other: Span) -> bool:
        return self.start < other.end and other.start < self.end


def first_free_start(
    earliest: datetime, duration: timedelta, taken: Iterable[Span], *, gap: timedelta = GAP
) -> datetime:
    """Give the first instant from `earliest` at which `duration` fits between what is taken."""
    start = earliest
    for span in sorted(taken, key=lambda span: span.start):
        if span.end + gap <= start:
            continue
        if start + duration + gap <= span.start:
            break
        start = span.end + gap
    return start


@dataclass(frozen=True)
class Placing:
    """Where the parts of an episode start, in their order; None where one found no place."""

    starts: tuple[datetime | None, ...]
    end: datetime


def lay_out(
    start: datetime,
    planned_end: datetime,
    durations: Sequence[timedelta],
    *,
    yielding: Iterable[Span] = (),
    walls: Iterable[Span] = (),
) -> Placing:
    """Place an episode's parts one after the other.

    They step over `yielding` spans (a bulletin that came between) and go on behind them, but never
    behind a wall that begins after `start` (another episode, quiet hours): what does not fit before
    it has no place. What would start more than `OVERRUN` after the planned end, beside the time
    that bulletins took from it, has none either.
    """
    yielding, walls = list(yielding), list(walls)
    limit = min((wall.start - GAP for wall in walls if wall.start > start), default=None)
    taken = [*yielding, *(wall for wall in walls if wall.start <= start)]
    lost = sum(
        (min(s.end, planned_end) - max(s.start, start) for s in yielding
         if s.start < planned_end and s.end > start),
        timedelta(),
    )  # fmt: skip
    latest = planned_end + lost + OVERRUN
    starts: list[datetime | None] = []
    cursor = start
    for duration in durations:
        at = first_free_start(cursor, duration, taken)
        if at > latest or (limit is not None and at + duration > limit):
            starts.append(None)
            continue
        starts.append(at)
        cursor = at + duration + BREATH
    return Placing(tuple(starts), max(start, cursor - BREATH))


def free_spans(window: Span, taken: Iterable[Span], *, gap: timedelta = GAP) -> list[Span]:
    """Give what of a window is left between the spans that are taken, with room on both sides."""
    found: list[Span] = []
    cursor = window.start
    for span in sorted(taken, key=lambda span: span.start):
        if span.end + gap <= cursor or span.start - gap >= window.end:
            continue
        if span.start - gap > cursor:
            found.append(Span(cursor, span.start - gap))
        cursor = max(cursor, span.end + gap)
    if cursor < window.end:
        found.append(Span(cursor, window.end))
    return found


def first_allowed(at: datetime, heard: Iterable[datetime], apart: timedelta) -> datetime:
    """Give the first instant from `at` that is at least `apart` from every one of `heard`."""
    for other in sorted(heard):
        if abs(at - other) < apart:
            at = other + apart
    return at


def overlap_of_all(groups: Sequence[Sequence[Span]]) -> list[Span]:
    """Give the spans that lie in every one of these groups."""
    if not groups:
        return []
    found = list(groups[0])
    for group in groups[1:]:
        found = [
            Span(max(one.start, other.start), min(one.end, other.end))
            for one in found
            for other in group
            if one.meets(other)
        ]
    return found
