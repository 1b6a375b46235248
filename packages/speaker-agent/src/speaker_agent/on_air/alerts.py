"""Alerts that this box believes, as items of the highest weight, one for each repetition."""

import math
from dataclasses import dataclass, field
from datetime import UTC, datetime

from speaker_link.kinds import Priority
from speaker_link.messages import Alert, Assignment, ScheduleItem
from speaker_link.parts import edition_for

from speaker_agent.playing.progress import Entry, Stage, key_of
from speaker_agent.playing.schedules import ScheduleBook

# An item must have a window; a box that was hindered begins within it.
SHORTEST_WINDOW_SECONDS = 5.0


@dataclass
class HeldAlert:
    """An alert in its newest version."""

    body: Alert
    areas: frozenset[str]
    arrived_at: float
    """Our counter: by it a box without the time repeats."""
    is_without_time: bool
    keys: set[str] = field(default_factory=set)
    """Its repetitions in the book."""

    @property
    def start(self) -> float:
        return self.body.start.timestamp()

    @property
    def until(self) -> float:
        return self.body.until.timestamp()

    def window(self, repetition: int) -> tuple[float, float]:
        """When a repetition begins, and before when it must have begun."""
        repeat = self.body.repeat_ms / 1000
        start = self.start + repetition * repeat
        end = min(start + repeat, self.until) if repeat else self.until
        return start, max(end, start + SHORTEST_WINDOW_SECONDS)

    def due(self, now: float, counter: float) -> list[int]:
        """The repetitions that sound now or next."""
        repeat = self.body.repeat_ms / 1000
        if not self.body.editions:
            return []
        if self.is_without_time:
            passed = counter - self.arrived_at
            if passed >= self.until - self.start:
                return []
            return [int(passed // repeat) if repeat else 0]
        if now >= self.until:
            return []
        current = int(max(0.0, now - self.start) // repeat) if repeat else 0
        near = [current, current + 1] if repeat else [current]
        return [n for n in near if self.start + n * repeat < self.until]


class AlertBook:
    """Puts repetitions into the schedule book and takes them out again."""

    def __init__(self, book: ScheduleBook) -> None:
        self.book = book
        self.alerts: dict[tuple[str, str], HeldAlert] = {}
        self.replaced: dict[tuple[str, str], float] = {}
        """Alerts that a later one replaced, and until which start they stay so."""

    def take(self, body: Alert, areas: list[str], *, counter: float, without_time: bool) -> bool:
        """A verified alert. False when it is known, or was replaced."""
        name = (body.station, body.alert)
        held = self.alerts.get(name)
        if held is not None and held.body == body:
            held.is_without_time = held.is_without_time and without_time
            return False
        if body.start.timestamp() <= self.replaced.get(name, -math.inf):
            return False
        if held is not None:
            self.withdraw(name)
        for other in body.references:
            replaced = (body.station, other)
            self.replaced[replaced] = max(
                body.start.timestamp(), self.replaced.get(replaced, -math.inf)
            )
            earlier = self.alerts.get(replaced)
            if earlier is not None and earlier.start <= body.start.timestamp():
                self.withdraw(replaced)
        self.alerts[name] = HeldAlert(body, frozenset(areas), counter, without_time)
        return True

    def withdraw(self, name: tuple[str, str]) -> None:
        """It is not said any more, even in the middle of a word."""
        held = self.alerts.pop(name)
        for key in held.keys:
            entry = self.book.entries.get(key)
            if entry is None or entry.is_done:
                continue
            if entry.progress.stage is Stage.WAITING and entry.start > held.start:
                # A repetition that had not begun is nobody's loss.
                del self.book.entries[key]
            else:
                entry.is_withdrawn = True

    def refresh(
        self, assignment: Assignment, *, now: float, counter: float, is_trusted: bool
    ) -> float:
        """See to it that what sounds now or next stands in the book; when to look again."""
        again = math.inf
        for name, held in list(self.alerts.items()):
            if is_trusted:
                held.is_without_time = False
            held.keys = {key for key in held.keys if key in self.book.entries}
            due = held.due(now, counter)
            for repetition in due:
                self._list(held, repetition, assignment)
            if held.is_without_time and held.body.repeat_ms:
                repeat = held.body.repeat_ms / 1000
                again = min(again, now + repeat - (counter - held.arrived_at) % repeat)
            elif len(due) > 1:
                again = min(again, held.window(due[1])[0])
            if not due and all(self.book.entries[key].is_done for key in held.keys):
                del self.alerts[name]
        return again

    def listed(self) -> set[str]:
        """The repetitions in the book."""
        return {key for held in self.alerts.values() for key in held.keys}

    def _list(self, held: HeldAlert, repetition: int, assignment: Assignment) -> None:
        body = held.body
        identifier = f"{body.alert}.{body.version}.{repetition}"
        key = key_of(body.station, identifier)
        if key in held.keys:
            return
        start, start_before = held.window(repetition)
        item = ScheduleItem(
            id=identifier,
            start=datetime.fromtimestamp(start, UTC),
            start_before=datetime.fromtimestamp(start_before, UTC),
            priority=Priority.EMERGENCY,
            areas=list(held.areas),
            title=body.title,
            editions=body.editions,
        )
        edition = edition_for(body.editions, assignment.languages)
        progress = self.book.progress_of(key)
        if repetition:
            # Said once, it is there for all repetitions.
            progress.held = edition.sha256
        self.book.entries[key] = Entry(
            body.station,
            item,
            edition,
            progress,
            is_alert=True,
            is_without_time=held.is_without_time,
        )
        held.keys.add(key)

    def reassign(self, assignment: Assignment) -> list[tuple[str, str]]:
        """The box follows others now, or stands elsewhere: what is not its business any more."""
        gone = [
            name
            for name, held in self.alerts.items()
            if name[0] not in assignment.stations or held.areas.isdisjoint(assignment.areas)
        ]
        for name in gone:
            self.withdraw(name)
        return gone
