from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiengmo.studio.errors import NotPossible
from tiengmo.studio.rules import Hours, is_source_address, outside, window_at, windows
from tiengmo.studio.workflow import OPEN, TRANSITIONS, TakeoverState, after

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
EVERY_DAY = frozenset(range(7))
clock_times = st.times().map(lambda one: one.replace(second=0, microsecond=0))
moments = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1))


@pytest.mark.parametrize(
    ("address", "is_one"),
    [
        ("https://dai.vn/phat.mp3", True),
        ("rtsp://10.0.0.1/kenh1", True),
        ("srt://dai.vn:9000?mode=caller&latency=200", True),
        ("alsa:hw:1", True),
        ("alsa:plughw:CARD=PCH,DEV=0", True),
        ("alsa:default", True),
        ("alsa:file:tiengmo.sqlite3,raw", False),
        ("alsa:tee:null,x,raw", False),
        ("srt://0.0.0.0:9000?mode=listener", False),
        ("srt://dai.vn:9000?mode=listener", False),
        ("tcp://0.0.0.0:5555?listen=1", False),
        ("rtmp://dai.vn/kenh?listen=1", False),
        ("udp://0.0.0.0:5555", False),
        ("https://h:1/?cafile=/etc/passwd", False),
        ("http://127.0.0.1:8001/", False),
        ("http://[::1]/", False),
        ("http://[::ffff:127.0.0.1]/", False),
        ("http://169.254.169.254/", False),
        ("http://localhost./x", False),
        ("http://dai.vn/a\r\nb", False),
        ("file:///etc/passwd", False),
        ("/etc/passwd", False),
        ("concat:http://a|http://b", False),
        ("https://", False),
        ("https://[bad/", False),
        ("alsa:hw:1;rm", False),
        ("", False),
    ],
)
def test_only_streams_and_sound_cards_are_sources(address, is_one):
    assert is_source_address(address) is is_one


def test_a_server_of_the_station_s_own_is_a_source_where_that_is_configured():
    assert is_source_address("http://127.0.0.1:8010/dai", may_be_here=True)
    assert not is_source_address("srt://127.0.0.1:9000?mode=listener", may_be_here=True)


def test_hours_past_midnight_belong_to_the_day_they_start_on():
    saturday_night = [Hours(frozenset({5}), time(23, 0), time(0, 30))]
    on_sunday = datetime(2026, 11, 22, 0, 15, tzinfo=ZONE)
    window = window_at(saturday_night, on_sunday)
    assert window is not None
    assert window.start == datetime(2026, 11, 21, 23, 0, tzinfo=ZONE)
    assert window_at(saturday_night, on_sunday + timedelta(minutes=15)) is None
    assert window_at(saturday_night, on_sunday + timedelta(days=1)) is None


@given(clock_times, clock_times, moments)
def test_a_session_that_runs_began_on_one_of_its_days_and_has_not_ended(starts, ends, moment):
    hours = [Hours(EVERY_DAY, starts, ends)]
    now = moment.replace(tzinfo=ZONE)
    window = window_at(hours, now)
    if window is not None:
        assert window.start <= now < window.end
        assert window.start.time() == starts
        assert window.end - window.start < timedelta(days=1)
    elif starts != ends:
        inside = starts <= now.time() < ends if starts < ends else not ends <= now.time() < starts
        assert not inside


@given(clock_times, clock_times, clock_times, clock_times)
def test_a_session_outside_quiet_hours_has_no_quiet_minute(starts, ends, quiet_from, quiet_to):
    (window, *_rest) = windows(
        [Hours(EVERY_DAY, starts, ends)],
        first=date(2026, 11, 20), last=date(2026, 11, 20), zone=ZONE,
    ) or [None]  # fmt: skip
    if window is None or not outside(window, [(quiet_from, quiet_to)]):
        return
    minute = window.start
    while minute < window.end:
        own = minute.time()
        if quiet_from < quiet_to:
            assert not quiet_from <= own < quiet_to
        elif quiet_from > quiet_to:
            assert not (own >= quiet_from)
            assert not (own < quiet_to)
        minute += timedelta(minutes=1)


def test_nothing_leads_out_of_the_end_and_every_open_state_can_finish():
    assert not [state for state, _act in TRANSITIONS if state == TakeoverState.ENDED]
    assert {after(state, "finish") for state in OPEN} == {TakeoverState.ENDED}
    with pytest.raises(NotPossible, match="đã kết thúc"):
        after(TakeoverState.ENDED, "sound")
