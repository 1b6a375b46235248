from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from tiengmo.channels.screens.rules import households_passing, open_hours

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NOON = datetime(2026, 11, 22, 5, tzinfo=UTC)
PLAYS = st.lists(
    st.tuples(
        st.integers(0, 10 * 86400).map(lambda s: NOON + timedelta(seconds=s)),
        st.integers(2_000, 3_600_000),
    ),
    max_size=40,
)
FOOTFALL = st.tuples(st.integers(0, 500), st.integers(0, 500)).map(lambda two: tuple(sorted(two)))


def reckon(plays, footfall=(20, 60), hours=16.0, households=100):
    return households_passing(
        plays, footfall=footfall, hours_open=hours, households=households, zone=ZONE
    )


def test_no_play_reaches_nobody():
    assert reckon([]) == (0, 0)


def test_all_day_on_the_screen_reaches_all_who_come():
    day = [(NOON.replace(hour=0) + timedelta(hours=h), 3_600_000) for h in range(16)]
    assert reckon(day) == (20, 60)


@given(PLAYS, FOOTFALL, st.integers(0, 300), st.floats(0.5, 24))
def test_it_is_an_interval_within_the_village(plays, footfall, households, hours):
    lo, hi = reckon(plays, footfall, hours, households)
    assert 0 <= lo <= hi <= households


@given(PLAYS, PLAYS, FOOTFALL)
def test_more_plays_never_make_it_smaller(some, more, footfall):
    before, after = reckon(some, footfall), reckon([*some, *more], footfall)
    assert after[0] >= before[0]
    assert after[1] >= before[1]


def test_hours_over_midnight():
    assert open_hours(time(6), time(22)) == 16
    assert open_hours(time(20), time(2, 30)) == 6.5
    assert open_hours(time(0), time(0)) == 24
