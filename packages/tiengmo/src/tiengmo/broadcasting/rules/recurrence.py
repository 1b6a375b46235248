"""On which local days a show is on: RFC 5545 rules, holidays, and the lunar calendar."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

import holidays
from dateutil.rrule import rrulestr
from lunar_vn import solar_to_lunar

if TYPE_CHECKING:
    from collections.abc import Iterable
    from zoneinfo import ZoneInfo

# A rule is of days: its time of day is the rule's own, so nothing in it may be finer.
_ALLOWED = re.compile(
    r"(FREQ|INTERVAL|BYDAY|BYMONTHDAY|BYMONTH|BYSETPOS|BYYEARDAY|BYWEEKNO|WKST|COUNT)"
)
_FREQUENCIES = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}
_LUNAR = re.compile(r"(\d{1,2})(?:/(\d{1,2}))?")
TET = "tet"
LAST_LUNAR_DAY = 30
LAST_LUNAR_MONTH = 12
TET_DAYS = 3
# lunar-vn reckons these years.
_LUNAR_FIRST, _LUNAR_LAST = date(1901, 1, 1), date(2099, 12, 31)


def check_rrule(text: str) -> str:
    """Give the rule in its plain form. Raises ValueError for what no show can follow."""
    text = text.strip().upper().removeprefix("RRULE:")
    parts = dict(part.partition("=")[::2] for part in text.split(";") if part)
    if parts.get("FREQ") not in _FREQUENCIES:
        raise ValueError("FREQ")
    for name in parts:
        if not _ALLOWED.fullmatch(name):
            raise ValueError(name)
    rule = rrulestr(text, dtstart=datetime(2026, 1, 1, 5))  # noqa: DTZ001 (local, as the rule is)
    # A rule such as the 31st of February never comes: dateutil then looks until the year 9999.
    if parts["FREQ"] in {"MONTHLY", "YEARLY"}:
        until = datetime(2031, 1, 1)  # noqa: DTZ001
        if not rule.between(datetime(2026, 1, 1), until, inc=True):  # noqa: DTZ001
            raise ValueError("never")
    return ";".join(f"{name}={value}" for name, value in parts.items())


def days_of(rrule: str, *, starts_on: date, first: date, last: date) -> list[date]:
    """Give the days from `first` to `last` on which a rule that starts on `starts_on` falls."""
    if last < max(first, starts_on):
        return []
    rule = rrulestr(rrule, dtstart=datetime.combine(starts_on, time()))
    begin = datetime.combine(max(first, starts_on), time())
    return [found.date() for found in rule.between(begin, datetime.combine(last, time()), inc=True)]


def instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Give the instant of a local time of day, in UTC: what goes on the wire."""
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)


@lru_cache(maxsize=16)
def _holidays_of(year: int, language: str) -> dict[date, str]:
    return dict(holidays.country_holidays("VN", years=year, language=language))


def holiday_name(day: date, language: str = "vi") -> str:
    """Name the public holiday of this day, days off in lieu included; "" when it is none.

    language: "vi", and English for every other.
    """
    return _holidays_of(day.year, "vi" if language == "vi" else "en_US").get(day, "")


def check_lunar(text: str) -> str:
    """Give a lunar day in its plain form: "15", "15/7", "tet". Raises ValueError."""
    text = text.strip().lower().replace("tết", TET)
    if text == TET:
        return text
    match = _LUNAR.fullmatch(text)
    if match is None or not 1 <= int(match[1]) <= LAST_LUNAR_DAY:
        raise ValueError(text)
    if match[2] is None:
        return str(int(match[1]))
    if not 1 <= int(match[2]) <= LAST_LUNAR_MONTH:
        raise ValueError(text)
    return f"{int(match[1])}/{int(match[2])}"


def is_lunar(day: date, patterns: Iterable[str]) -> bool:
    """Is this day one of the named lunar days? A month is meant, not its leap month."""
    return any(_is_lunar(day, pattern) for pattern in patterns)


@lru_cache(maxsize=4096)
def lunar_of(day: date) -> tuple[int, int, bool] | None:
    """Give day, month and "is a leap month" of a day in the Vietnamese lunar calendar."""
    if not _LUNAR_FIRST <= day <= _LUNAR_LAST:
        return None
    found = solar_to_lunar(day)
    return found.day, found.month, bool(found.leap)


def _is_lunar(day: date, pattern: str) -> bool:
    lunar = lunar_of(day)
    if lunar is None:
        return False
    number, month, is_leap = lunar
    if pattern == TET:
        # New Year's Eve, whichever day of the twelfth month it is, and the first three days.
        if month == 1 and number <= TET_DAYS and not is_leap:
            return True
        eve = lunar_of(day + timedelta(days=1))
        return eve is not None and eve[:2] == (1, 1)
    wanted, _, of_month = pattern.partition("/")
    if number != int(wanted):
        return False
    return not of_month or (month == int(of_month) and not is_leap)
