"""What a leader sees of some months: a picture, then figures, then what was wanted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils import timezone

from tiengmo.places.drawing import VillageMap, draw
from tiengmo.places.models import Unit
from tiengmo.reach.models import Assignment, Goal
from tiengmo.reach.rules import NOBODY, Interval

from .stretch import stretch_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from .stretch import Stretch, VillageSum

# From these shares of its bulletins on, a village was reached nearly always, or at least often.
NEARLY_ALWAYS, OFTEN = 0.9, 0.5


@dataclass
class Bar:
    """One commune: households times bulletins that were owed and that came."""

    unit: Unit
    owed: int = 0
    reached: Interval = NOBODY
    villages: int = 0
    again_and_again: int = 0

    @property
    def percent(self) -> Interval:
        if not self.owed:
            return NOBODY
        return Interval(*(round(100 * part / self.owed) for part in self.reached))


@dataclass
class WorkSum:
    """Work given in these days."""

    given: int = 0
    open: int = 0
    overdue: int = 0
    done: int = 0
    in_time: int = 0
    households: int = 0

    @property
    def on_time_percent(self) -> int | None:
        """Of what is done or should be, how much was done in time; None before any was due."""
        due = self.done + self.overdue
        return round(100 * self.in_time / due) if due else None


@dataclass
class Report:
    """A unit's reach over some days."""

    stretch: Stretch
    work: WorkSum
    goal: Goal | None
    bars: list[Bar]
    map: VillageMap | None
    made_at: dt.datetime = field(default_factory=timezone.now)

    @property
    def villages_percent(self) -> int | None:
        reached, owed = self.stretch.cells
        return round(100 * reached / owed) if owed else None

    @property
    def targets(self) -> list[tuple[str, int, int | None, bool | None]]:
        """What was wanted: (which, wanted, what it is, whether it is met; None: nothing to say)."""
        if self.goal is None:
            return []
        rows = [
            ("villages", self.goal.villages_percent, self.villages_percent),
            ("on_time", self.goal.on_time_percent, self.work.on_time_percent),
        ]
        return [
            (which, wanted, got, None if got is None else got >= wanted)
            for which, wanted, got in rows
        ]


def report_of(unit: Unit, first: dt.date, last: dt.date) -> Report:
    """Everything the leader's page, its PDF and its workbook show."""
    stretch = stretch_of(unit, first, last)
    bars = _bars(stretch)
    return Report(
        stretch,
        work_of(first, last, stretch.villages),
        Goal.objects.filter(unit=unit).first(),
        bars,
        draw(
            [one for one in stretch.villages if one.owed],
            [bar.unit for bar in bars if bar.unit.geometry],
            state_of=state_of,
        ),
    )


def state_of(one: VillageSum) -> str:
    if one.share_reached >= NEARLY_ALWAYS:
        return "often"
    return "sometimes" if one.share_reached >= OFTEN else "missed"


def work_of(first: dt.date, last: dt.date, villages: Iterable[VillageSum]) -> WorkSum:
    """Count the work that was given from `first` to `last` in these villages."""
    rows = Assignment.objects.filter(
        village__in=[one.village.pk for one in villages],
        given_at__date__gte=first,
        given_at__date__lte=last,
    ).exclude(state=Assignment.State.CANCELLED)
    found = WorkSum()
    for state, due_on, done_on, households in rows.values_list(
        "state", "due_on", "done_on", "households"
    ):
        found.given += 1
        if state == Assignment.State.DONE:
            found.done += 1
            found.in_time += done_on is not None and done_on <= due_on
            found.households += households
        else:
            found.open += 1
            found.overdue += due_on < timezone.localdate()
    return found


def _bars(stretch: Stretch) -> list[Bar]:
    """By the commune that villages lie in today, the least reached first."""
    units = Unit.objects.in_bulk({one.village.unit_id for one in stretch.villages})
    bars: dict[int, Bar] = {}
    for one in stretch.villages:
        bar = bars.setdefault(one.village.unit_id, Bar(units[one.village.unit_id]))
        bar.villages += 1
        bar.owed += one.village.households * one.owed
        bar.reached += one.reached_all
        bar.again_and_again += one.is_missed_again_and_again
    found = [bar for bar in bars.values() if bar.owed]
    return sorted(found, key=lambda bar: (bar.reached.hi / bar.owed, bar.unit.code))
