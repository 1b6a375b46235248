"""The days of a year in which a standing certificate counts: pure functions."""

from __future__ import annotations

import re
from datetime import date

_MONTH_DAY = re.compile(r"(\d\d)-(\d\d)")
_LEAP_YEAR = 2000


def is_month_day(text: str) -> bool:
    return _day(text, _LEAP_YEAR) is not None


def windows(first: str, last: str, *, begin: date, until: date) -> list[tuple[date, date]]:
    """Each season ("05-01" to "10-31", both days included) between two days, oldest first.

    One that ends before it begins goes over the new year.
    """
    found = []
    for year in range(begin.year - 1, until.year + 1):
        starts = _day(first, year) or date(year, 2, 28)
        ends_in = year if last >= first else year + 1
        ends = _day(last, ends_in) or date(ends_in, 2, 28)
        start, end = max(starts, begin), min(ends, until)
        if start <= end:
            found.append((start, end))
    return found


def is_in_season(day: date, first: str, last: str) -> bool:
    return bool(windows(first, last, begin=day, until=day))


def _day(text: str, year: int) -> date | None:
    found = _MONTH_DAY.fullmatch(text)
    if found is None:
        return None
    try:
        return date(year, int(found[1]), int(found[2]))
    except ValueError:
        return None
