from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiengmo.alerts.standing.season import is_in_season, is_month_day, windows

DAYS = st.dates(date(2024, 1, 1), date(2030, 12, 31))


def test_each_season_until_the_end():
    assert windows("05-01", "10-31", begin=date(2026, 7, 1), until=date(2028, 6, 1)) == [
        (date(2026, 7, 1), date(2026, 10, 31)),
        (date(2027, 5, 1), date(2027, 10, 31)),
        (date(2028, 5, 1), date(2028, 6, 1)),
    ]


def test_over_the_new_year():
    assert windows("11-15", "02-29", begin=date(2026, 1, 1), until=date(2026, 12, 31)) == [
        (date(2026, 1, 1), date(2026, 2, 28)),
        (date(2026, 11, 15), date(2026, 12, 31)),
    ]


@pytest.mark.parametrize("text", ["", "5-1", "13-01", "04-31", "02-30", "2026-05-01"])
def test_not_a_day_of_a_year(text):
    assert not is_month_day(text)


@given(DAYS, DAYS, DAYS, st.integers(0, 800))
def test_a_day_is_in_a_window_exactly_when_it_is_in_season(first, last, begin, length):
    season = (first.strftime("%m-%d"), last.strftime("%m-%d"))
    until = begin + timedelta(days=length)
    found = windows(*season, begin=begin, until=until)
    assert all(start <= end for start, end in found)
    assert all(one[1] < two[0] for one, two in pairwise(found))
    for day in (begin, until, begin + timedelta(days=length // 2)):
        inside = any(start <= day <= end for start, end in found)
        assert inside == is_in_season(day, *season)
        month_day = day.strftime("%m-%d")
        if "02-29" not in (*season, month_day):
            one, two = season
            wanted = one <= month_day <= two if one <= two else month_day >= one or month_day <= two
            assert inside == wanted
