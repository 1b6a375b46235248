from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from speaker_link import topics

from tiengmo.speakers import rules
from tiengmo.speakers.brokers.passwords import hash_password, is_password
from tiengmo.speakers.brokers.rights import Act, box_rights, covers, gateway_rights

LEVEL = st.sampled_from(["a", "b", "tm", "+"])
TOPIC = st.lists(st.sampled_from(["a", "b", "tm"]), min_size=1, max_size=4).map("/".join)
FILTER = st.tuples(st.lists(LEVEL, min_size=1, max_size=4), st.booleans()).map(
    lambda made: "/".join([*made[0], *(["#"] if made[1] else [])])
)


def matches(topic_filter, topic):
    """MQTT 3.1.1, section 4.7, written once more and otherwise."""
    own, theirs = topic_filter.split("/"), topic.split("/")
    while own and own[0] != "#":
        if not theirs or own[0] not in ("+", theirs[0]):
            return False
        own, theirs = own[1:], theirs[1:]
    return bool(own) or not theirs


@given(FILTER, FILTER, TOPIC)
def test_what_is_covered_never_matches_more(allowed, asked, topic):
    if covers(allowed, asked) and matches(asked, topic):
        assert matches(allowed, topic)


@given(FILTER, TOPIC)
def test_a_topic_is_covered_exactly_when_it_matches(allowed, topic):
    assert covers(allowed, topic) == matches(allowed, topic)


def test_a_box_touches_its_own_topics_only():
    rights = box_rights("loa-a")
    assert rights.allow(Act.WRITE, "tm/1/boxes/loa-a/status")
    for topic in ("tm/1/boxes/loa-b/status", "tm/1/boxes/loa-a/commands", "tm/1/revocations"):
        assert not rights.allow(Act.WRITE, topic)
    stations = topics.of_station("02683")
    for topic in ("tm/1/boxes/loa-a/commands", "tm/1/stations/02683/schedule", *stations):
        assert rights.allow(Act.SUBSCRIBE, topic)
        assert not rights.allow(Act.WRITE, topic)
    for topic in ("#", "tm/1/boxes/+/commands", "tm/1/boxes/loa-ab/commands", "$SYS/#"):
        assert not rights.allow(Act.SUBSCRIBE, topic)
    assert gateway_rights().allow(Act.SUBSCRIBE, "tm/1/boxes/+/status")


@given(st.integers(min_value=0, max_value=2**45))
def test_versions_rise(current):
    now = datetime(2026, 11, 21, tzinfo=UTC)
    assert rules.next_version(current, now) > current
    assert rules.next_version(current, now) >= int(now.timestamp() * 1000)


def test_quiet_hours_are_read_or_named():
    assert rules.parse_quiet_hours("22:00-05:00, 11:30 - 13:00") == [
        {"start": "22:00", "end": "05:00"},
        {"start": "11:30", "end": "13:00"},
    ]
    assert rules.parse_quiet_hours("") == []
    for wrong in ("22-5", "25:00-05:00", "22:00-22:00"):
        with pytest.raises(ValueError):
            rules.parse_quiet_hours(wrong)


def test_passwords_are_hashed_as_the_plugin_reads_them():
    stored = hash_password("một mật khẩu")
    assert is_password("một mật khẩu", stored)
    assert not is_password("khác", stored)
