"""Pure rules: hours as people write them, open or not at an instant, what is out of date."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from dateutil.relativedelta import relativedelta

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# Seven days, Monday first; each a list of (from, to) as "07:30".
Hours = list[list[list[str]]]

OUT_OF_DATE_MONTHS = 6
DAYS = 7
MOST_SPELLS = 4
_MIDNIGHT = "24:00"
_TIME = r"(\d{1,2})\s*(?:[:hHgG.]\s*(\d{2})?)?"
_SPELL = re.compile(rf"\s*{_TIME}\s*(?:-|–|—|đến|den|to)\s*{_TIME}\s*")
_PHONE = re.compile(r"\+?[\d\s.()-]+")
_SHORTEST_PHONE, _LONGEST_PHONE = 3, 15


class BadHours(ValueError):
    """A day's hours that cannot be read; `args[0]` names what is wrong: form, order."""


def usual_hours() -> Hours:
    """Office hours as most communes keep them: Monday to Friday, closed over lunch."""
    day = [["07:30", "11:30"], ["13:30", "17:00"]]
    return [list(map(list, day)) for _ in range(5)] + [[], []]


def parse_day(text: str) -> list[list[str]]:
    """Read one day as people write it: "7h30 - 11h30; 13:30–17:00". Nothing or "nghỉ" is closed.

    Raises BadHours.
    """
    text = text.strip()
    if not text or text.casefold() in {"nghỉ", "nghi", "đóng cửa", "-", "–"}:
        return []
    spells: list[list[str]] = []
    for part in re.split(r"[;,]|\bvà\b", text):
        found = _SPELL.fullmatch(part)
        if found is None:
            raise BadHours("form")
        spells.append([_clock(found[1], found[2]), _clock(found[3], found[4])])
    ends = [""]
    for start, end in spells:
        if not ends[-1] <= start < end:
            raise BadHours("order")
        ends.append(end)
    if len(spells) > MOST_SPELLS:
        raise BadHours("form")
    return spells


def _clock(hour: str, minute: str | None) -> str:
    clock = f"{int(hour):02d}:{int(minute or 0):02d}"
    if clock > _MIDNIGHT or int(minute or 0) > 59:  # noqa: PLR2004 (minutes of an hour)
        raise BadHours("form")
    return clock


def day_text(spells: Sequence[Sequence[str]]) -> str:
    """Write a day as `parse_day` reads it; "" when closed."""
    return ", ".join(f"{start}–{end}" for start, end in spells)


def is_hours(value: object) -> bool:
    """Is this what `Office.hours` may hold?"""
    try:
        if not isinstance(value, list) or len(value) != DAYS:
            return False
        return all(parse_day(day_text(day)) == [list(spell) for spell in day] for day in value)
    except (BadHours, TypeError, ValueError):
        return False


def alike(hours: Hours) -> list[tuple[int, int, str]]:
    """Put days with the same hours together: (first day, last day, text), Monday is 0."""
    found: list[tuple[int, int, str]] = []
    for day, spells in enumerate(hours):
        text = day_text(spells)
        if found and found[-1][2] == text:
            found[-1] = (found[-1][0], day, text)
        else:
            found.append((day, day, text))
    return found


@dataclass(frozen=True)
class Opening:
    """Open or not at an instant. `changes_at` is when that ends; None when it is not known."""

    is_open: bool
    changes_at: datetime | None
    is_lunch: bool = False
    holiday: str = ""


def opening(
    hours: Hours,
    at: datetime,
    *,
    holiday_of: Callable[[date], str],
    opens_on_holidays: bool = False,
) -> Opening:
    """Judge a local instant (with its zone) against a week's hours.

    `holiday_of` names a public holiday, "" for other days: the office is closed on it unless it
    opens on holidays. Looks a fortnight ahead for the next opening.
    """
    days = [at.date() + timedelta(days=n) for n in range(15)]

    def spells(day: date) -> list[tuple[datetime, datetime]]:
        if not opens_on_holidays and holiday_of(day):
            return []
        listed = hours[day.weekday()] if len(hours) == DAYS else []
        return [(_instant(day, start, at), _instant(day, end, at)) for start, end in listed]

    ahead = [spell for day in days for spell in spells(day)]
    running = next((spell for spell in ahead if spell[0] <= at < spell[1]), None)
    if running is not None:
        end = running[1]
        # A watch that goes on past midnight does not close there.
        for start, finish in ahead:
            if start == end:
                end = finish
        return Opening(is_open=True, changes_at=end if end - at < timedelta(days=7) else None)
    after = next((start for start, _end in ahead if start > at), None)
    today = spells(at.date())
    is_lunch = bool(today) and any(end <= at for _start, end in today) and today[-1][0] > at
    holiday = "" if opens_on_holidays else holiday_of(at.date())
    return Opening(is_open=False, changes_at=after, is_lunch=is_lunch, holiday=holiday)


def _instant(day: date, clock: str, like: datetime) -> datetime:
    if clock == _MIDNIGHT:
        return datetime.combine(day + timedelta(days=1), time(), tzinfo=like.tzinfo)
    return datetime.combine(day, time.fromisoformat(clock), tzinfo=like.tzinfo)


def out_of_date_before(today: date) -> date:
    """What was last looked at before this day is out of date."""
    return today - relativedelta(months=OUT_OF_DATE_MONTHS)


def is_phone(text: str) -> bool:
    digits = dialled(text).lstrip("+")
    return bool(_PHONE.fullmatch(text)) and _SHORTEST_PHONE <= len(digits) <= _LONGEST_PHONE


def dialled(phone: str) -> str:
    """A telephone number as a tel: link takes it."""
    return re.sub(r"[^\d+]", "", phone)
