"""Hours as people write them, and whether an office is open at an instant."""

from contextlib import suppress
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiengmo.directory.rules import (
    BadHours,
    alike,
    day_text,
    is_hours,
    is_phone,
    opening,
    out_of_date_before,
    parse_day,
    usual_hours,
)

HERE = ZoneInfo("Asia/Ho_Chi_Minh")
MONDAY = date(2026, 11, 23)


def no_holiday(_day):
    return ""


def at(clock, day=MONDAY):
    return datetime.combine(day, time.fromisoformat(clock), tzinfo=HERE)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("7:30-11:30, 13:30-17:00", [["07:30", "11:30"], ["13:30", "17:00"]]),
        ("7h30 – 11h30; 13h30 – 17h", [["07:30", "11:30"], ["13:30", "17:00"]]),
        ("7g đến 11g và 13g đến 16g30", [["07:00", "11:00"], ["13:00", "16:30"]]),
        ("0:00–24:00", [["00:00", "24:00"]]),
        ("nghỉ", []),
        ("", []),
    ],
)
def test_a_day_is_read_as_people_write_it(written, read):
    assert parse_day(written) == read


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("sáng", "form"),
        ("7:30", "form"),
        ("25:00-26:00", "form"),
        ("7:75-9:00", "form"),
        ("17:00-7:30", "order"),
        ("7:30-11:30, 11:00-17:00", "order"),
        ("1-2,3-4,5-6,7-8,9-10", "form"),
    ],
)
def test_a_day_that_cannot_be_read_says_why(written, why):
    with pytest.raises(BadHours) as caught:
        parse_day(written)
    assert caught.value.args[0] == why


@given(st.lists(st.integers(0, 24 * 60), min_size=0, max_size=8, unique=True).map(sorted))
def test_what_is_written_is_read_back(minutes):
    ends = [f"{m // 60:02d}:{m % 60:02d}" for m in minutes[: len(minutes) // 2 * 2]]
    spells = [list(pair) for pair in zip(ends[::2], ends[1::2], strict=True)]
    assert parse_day(day_text(spells)) == spells
    assert is_hours([spells] * 7)


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader(text):
    with suppress(BadHours):
        assert is_hours([parse_day(text)] + [[]] * 6)


@pytest.mark.parametrize("value", [None, [], "x", [[]] * 6, [[["8", "9"]]] * 7, [[[8, 9]]] * 7, {}])
def test_what_is_no_week_is_refused(value):
    assert not is_hours(value)


def test_open_in_the_morning_shut_over_lunch_and_at_night():
    hours = usual_hours()
    morning = opening(hours, at("08:00"), holiday_of=no_holiday)
    assert morning.is_open
    assert morning.changes_at == at("11:30")
    lunch = opening(hours, at("12:00"), holiday_of=no_holiday)
    assert (lunch.is_open, lunch.is_lunch, lunch.changes_at) == (False, True, at("13:30"))
    night = opening(hours, at("20:00"), holiday_of=no_holiday)
    assert (night.is_open, night.is_lunch) == (False, False)
    assert night.changes_at == at("07:30", date(2026, 11, 24))
    friday = opening(hours, at("18:00", date(2026, 11, 27)), holiday_of=no_holiday)
    assert friday.changes_at == at("07:30", date(2026, 11, 30))


def test_a_holiday_shuts_it_unless_it_keeps_watch():
    def holiday(day):
        return "Quốc khánh" if day == MONDAY else ""

    shut = opening(usual_hours(), at("09:00"), holiday_of=holiday)
    assert (shut.is_open, shut.holiday) == (False, "Quốc khánh")
    assert shut.changes_at == at("07:30", date(2026, 11, 24))
    watch = opening(
        [[["00:00", "24:00"]]] * 7, at("09:00"), holiday_of=holiday, opens_on_holidays=True
    )
    assert watch.is_open
    assert watch.changes_at is None


def test_days_that_are_alike_stand_together():
    assert alike(usual_hours()) == [(0, 4, "07:30–11:30, 13:30–17:00"), (5, 6, "")]


def test_six_months_are_counted_by_the_calendar():
    assert out_of_date_before(date(2026, 8, 31)) == date(2026, 2, 28)


@pytest.mark.parametrize("phone", ["0200 3700 100", "113", "+84 (200) 370-0100"])
def test_telephones(phone):
    assert is_phone(phone)


@pytest.mark.parametrize(
    "phone", ["gọi Páo", "12", "0200 3700 100 máy lẻ 5", "1" * 20, "javascript:1"]
)
def test_no_telephones(phone):
    assert not is_phone(phone)
