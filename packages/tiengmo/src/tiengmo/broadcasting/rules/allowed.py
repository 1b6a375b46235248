"""What an area allows: quiet hours and limits, from the rules of a unit and of those above it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Protocol

from .placing import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from zoneinfo import ZoneInfo

MINUTES_A_DAY = 24 * 60
DEFAULT_SESSION_GAP = timedelta(minutes=30)


class OneUnitsRules(Protocol):
    quiet_hours: Sequence[dict[str, str]]
    sessions_per_day: int | None
    session_minutes: int | None
    gap_minutes: int | None


@dataclass(frozen=True)
class Allowed:
    """What holds in one place. Hours are local: (start, end), over midnight when end <= start."""

    quiet_hours: tuple[tuple[str, str], ...] = ()
    sessions_per_day: int | None = None
    session_minutes: int | None = None
    gap_minutes: int | None = None

    @property
    def gap(self) -> timedelta:
        if self.gap_minutes is None:
            return DEFAULT_SESSION_GAP
        return timedelta(minutes=self.gap_minutes)


def together(
    line: Iterable[OneUnitsRules], *, without_any: Sequence[dict[str, str]] = ()
) -> Allowed:
    """What holds where all of these rules do: every quiet hour, and the smallest of each number.

    Of two gaps the longer one is stricter: more counts as one session, which may not be too long,
    but fewer sessions are counted; the nearest unit's gap is taken (`line` runs upwards).
    `without_any`: the installation's own quiet hours, where no unit has named any.
    """
    rules = list(line)
    hours = {(entry["start"], entry["end"]) for one in rules for entry in one.quiet_hours}
    if not hours:
        hours = {(entry["start"], entry["end"]) for entry in without_any}
    gaps = [one.gap_minutes for one in rules if one.gap_minutes is not None]
    return Allowed(
        quiet_hours=merged(hours),
        sessions_per_day=_least(one.sessions_per_day for one in rules),
        session_minutes=_least(one.session_minutes for one in rules),
        gap_minutes=gaps[0] if gaps else None,
    )


def merged(hours: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Give the same hours as the fewest stretches: a box is told of eight at most."""
    quiet = [False] * MINUTES_A_DAY
    for start, end in hours:
        begin, length = _minute(start), (_minute(end) - _minute(start)) % MINUTES_A_DAY
        for minute in range(begin, begin + length):
            quiet[minute % MINUTES_A_DAY] = True
    if all(quiet):
        # A stretch from one time to the same time would be none.
        return (("00:00", "12:00"), ("12:00", "00:00"))
    begins = [m for m in range(MINUTES_A_DAY) if quiet[m] and not quiet[m - 1]]
    return tuple((_text(begin), _text(_end_of(quiet, begin))) for begin in begins)


def _end_of(quiet: Sequence[bool], begin: int) -> int:
    end = begin
    while quiet[end % MINUTES_A_DAY]:
        end += 1
    return end % MINUTES_A_DAY


def _minute(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:5])


def _text(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _least(numbers: Iterable[int | None]) -> int | None:
    return min((number for number in numbers if number is not None), default=None)


def quiet_spans(
    hours: Iterable[tuple[str, str]], first: datetime, last: datetime, zone: ZoneInfo
) -> list[Span]:
    """Give the quiet stretches that touch the time from `first` to `last`, in UTC."""
    hours = list(hours)
    found = []
    day = first.astimezone(zone).date() - timedelta(days=1)
    while hours and day <= last.astimezone(zone).date():
        found += [_span(day, start, end, zone) for start, end in hours]
        day += timedelta(days=1)
    around = Span(first, last)
    return sorted((s for s in found if s.meets(around)), key=lambda span: span.start)


def _span(day: date, start: str, end: str, zone: ZoneInfo) -> Span:
    begin, finish = time.fromisoformat(start), time.fromisoformat(end)
    last_day = day if finish > begin else day + timedelta(days=1)
    return Span(
        datetime.combine(day, begin, tzinfo=zone).astimezone(UTC),
        datetime.combine(last_day, finish, tzinfo=zone).astimezone(UTC),
    )


def sessions(spans: Iterable[Span], gap: timedelta) -> list[Span]:
    """Join what is less than `gap` apart: a session, as a village hears it."""
    found: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, span.end)):
        if found and span.start - found[-1].end < gap:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return found


@dataclass(frozen=True)
class Excess:
    """A limit that a day's plan goes over: `what` is "sessions" or "minutes"."""

    what: str
    day: date
    planned: int
    limit: int
    at: datetime


def excesses(spans: Iterable[Span], allowed: Allowed, zone: ZoneInfo) -> list[Excess]:
    """Name what is planned over the limits, a session counted on the local day it begins."""
    found: list[Excess] = []
    by_day: dict[date, list[Span]] = {}
    for session in sessions(spans, allowed.gap):
        by_day.setdefault(session.start.astimezone(zone).date(), []).append(session)
        minutes = -(-(session.end - session.start) // timedelta(minutes=1))
        if allowed.session_minutes is not None and minutes > allowed.session_minutes:
            day = session.start.astimezone(zone).date()
            found.append(Excess("minutes", day, minutes, allowed.session_minutes, session.start))
    most = allowed.sessions_per_day
    for day, held in by_day.items():
        if most is not None and len(held) > most:
            found.append(Excess("sessions", day, len(held), most, held[most].start))
    return sorted(found, key=lambda excess: excess.at)
