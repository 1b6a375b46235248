"""What a listener hears at an instant, where several sounds would be heard."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiengmo.studio.listening.rules import (
    ALERT_RANK,
    EMERGENCY_RANK,
    Air,
    Sound,
    heard_at,
    is_most,
    repetitions,
    unchanged_until,
)


def always(_stream, _instant):
    return True


def never(_stream, _instant):
    return False


def item(key, begins=0.0, ends=100.0, rank=0):
    return Sound(key, rank, begins, ends, sha256="0" * 64)


def live(key, begins=0.0, ends=100.0, rank=0):
    return Sound(key, rank, begins, ends, stream=key)


def heard(*sounds, at=50.0, quiet=(), is_audible=always):
    found = heard_at(at, Air(sounds, quiet), is_audible)
    return found.key if found is not None else ""


def test_nothing_is_silence():
    assert heard() == ""
    assert heard(item("sáng", ends=50.0)) == ""
    assert heard(item("tối", begins=50.1)) == ""


@pytest.mark.parametrize(
    ("sounds", "wanted"),
    [
        ((item("tin"), item("ưu tiên", rank=1)), "ưu tiên"),
        ((item("tin"), live("nói")), "nói"),
        ((item("ưu tiên", rank=1), live("nói")), "ưu tiên"),
        ((item("cảnh báo", rank=ALERT_RANK), live("khẩn cấp", rank=EMERGENCY_RANK)), "cảnh báo"),
        ((live("trước", begins=10.0), live("sau", begins=20.0)), "sau"),
        ((item("đang nói", begins=10.0), item("chen vào", begins=20.0)), "đang nói"),
    ],
)
def test_the_heavier_one_is_heard(sounds, wanted):
    assert heard(*sounds) == wanted
    assert heard(*reversed(sounds)) == wanted


def test_a_stream_with_nothing_to_say_gives_the_air_back():
    assert heard(item("tin"), live("nói"), is_audible=never) == "tin"


def test_in_quiet_hours_only_emergencies():
    night = ((40.0, 60.0),)
    assert heard(item("tin"), live("nói", rank=1), quiet=night) == ""
    assert heard(item("tin"), live("khẩn cấp", rank=EMERGENCY_RANK), quiet=night) == "khẩn cấp"
    assert heard(item("tin"), quiet=night, at=60.0) == "tin"


def test_a_change_is_not_slept_through():
    air = Air((item("tin", begins=10.0, ends=20.0),), ((30.0, 40.0),))
    assert unchanged_until(0.0, 5.0, air, []) == 5.0
    assert unchanged_until(0.0, 50.0, air, []) == 10.0
    assert unchanged_until(10.0, 50.0, air, []) == 20.0
    assert unchanged_until(20.0, 50.0, air, [25.0]) == 25.0
    assert unchanged_until(25.0, 50.0, air, [25.0]) == 30.0


def test_an_alert_is_said_again_until_it_is_over():
    assert repetitions(100, 1000, 300, first=0, last=2000) == [100, 400, 700]
    assert repetitions(100, 1000, 300, first=350, last=650) == [400]
    assert repetitions(100, 1000, 0, first=0, last=2000) == [100]
    assert repetitions(100, 1000, 0, first=200, last=2000) == []


@given(
    st.floats(0, 1e4), st.floats(1, 1e4), st.floats(1, 5e3), st.floats(0, 1e4), st.floats(0, 1e3)
)
def test_repetitions_lie_where_they_should(start, lasts, every, first, around):
    found = repetitions(start, start + lasts, every, first=first, last=first + around)
    assert all(first <= at < min(start + lasts, first + around) for at in found)
    assert list(found) == sorted(set(found))


def test_most_villages_make_the_programme():
    assert is_most(2, 3)
    assert not is_most(1, 2)
    assert not is_most(0, 0)
