"""The rules, without any sound."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from speaker_agent.playing.progress import Entry, Progress, Stage
from speaker_agent.playing.rules import (
    LEAD_SECONDS,
    Circumstances,
    decide,
    is_quiet,
    next_change_of_quiet,
)
from speaker_link.kinds import Priority
from speaker_link.messages import CutReason, QuietHours

from .conftest import START, make_item

T = START.timestamp()
ALL_NIGHT = QuietHours(starts="22:00", ends="04:30", utc_offset="+07:00")


def entry(name="a", *, held=True, stage=Stage.WAITING, samples=0, reason=None, **item):
    made = make_item(name, **item)
    return Entry(
        station="082",
        item=made,
        edition=made.editions[0],
        progress=Progress(stage=stage, samples=samples, reason=reason),
        is_held=held,
    )


def at(seconds, **changes):
    return Circumstances(now=T + seconds, **changes)


def test_an_item_is_armed_shortly_before_its_instant():
    item = entry()
    early = decide([item], at(-60))
    assert early.arm is None
    assert early.look_again_at == pytest.approx(T - 30)
    assert decide([item], at(-20)).look_again_at == T - LEAD_SECONDS
    decision = decide([item], at(-2))
    assert (decision.arm, decision.arm_at) == (item, T)


def test_a_late_item_begins_on_a_whole_second_inside_its_window():
    item = entry()
    decision = decide([item], at(100.2))
    assert (decision.arm, decision.arm_at) == (item, T + 101)
    over = decide([item], at(300))
    assert (over.arm, over.over) == (None, [(item, CutReason.TOO_LATE)])


def test_an_item_too_late_for_the_next_whole_second_is_not_begun():
    assert decide([entry()], at(299.8)).arm is None


def test_strictly_higher_cuts_off_at_its_instant_and_equals_wait():
    playing = entry("a", stage=Stage.STARTED)
    higher = entry("b", at=20, priority=Priority.PRIORITY)
    equal = entry("c", at=20)
    current = {"current": "082/a"}
    decision = decide([playing, higher, equal], at(18, **current))
    assert (decision.arm, decision.arm_at) == (higher, T + 20)
    assert decide([playing, equal], at(21, **current)).arm is None
    assert equal.obstacle is CutReason.PRE_EMPTED


def test_what_was_cut_off_goes_on_inside_its_window_and_is_over_behind_it():
    cut = entry("a", stage=Stage.INTERRUPTED, samples=9, reason=CutReason.PRE_EMPTED)
    assert decide([cut], at(30.2)).arm is cut
    assert decide([cut], at(301)).over == [(cut, CutReason.PRE_EMPTED)]


def test_of_several_late_ones_what_was_cut_off_goes_on_first_and_the_others_as_planned():
    first = entry("z", at=0)
    second = entry("a", at=10)
    assert decide([second, first], at(15.2)).arm is first
    cut = entry("y", stage=Stage.INTERRUPTED, samples=100, at=12)
    assert decide([second, cut, first], at(15.2)).arm is cut


def test_the_weightier_of_two_at_one_instant_is_first():
    low, high = entry("a"), entry("b", priority=Priority.EMERGENCY)
    assert decide([low, high], at(-1)).arm is high


def test_a_weightier_one_replaces_what_is_only_armed():
    armed = entry("a", stage=Stage.STARTED, at=2)
    high = entry("b", priority=Priority.PRIORITY, at=1)
    decision = decide([armed, high], at(-0.8, armed="082/a"))
    assert decision.arm is high
    assert decision.over == []


@pytest.mark.parametrize(
    ("made", "here", "reason"),
    [
        ({"held": False}, {}, CutReason.NO_SOUND),
        ({}, {"volume": 0}, CutReason.MUTED),
        (
            {},
            {"quiet_hours": (QuietHours(starts="11:00", ends="23:00", utc_offset="+07:00"),)},
            CutReason.QUIET_HOURS,
        ),
    ],
)
def test_what_hindered_it_is_the_reason_for_missing_it(made, here, reason):
    item = entry(**made)
    assert decide([item], at(10, **here)).arm is None
    assert decide([item], at(301, **here)).over == [(item, reason)]


def test_without_the_time_the_box_is_silent_and_judges_nothing_to_be_over():
    item = entry()
    decision = decide([item], at(1000, is_time_trusted=False))
    assert (decision.arm, decision.over) == (None, [])
    assert decide([item], at(1000)).over == [(item, CutReason.UNTRUSTED_TIME)]


def test_an_emergency_that_came_without_the_time_is_played():
    item = entry(priority=Priority.EMERGENCY)
    item.is_without_time = True
    assert decide([item], at(-90_000, is_time_trusted=False)).arm is item
    routine = entry()
    routine.is_without_time = True
    assert decide([routine], at(1, is_time_trusted=False)).arm is None


def test_withdrawn_items_are_over_at_once():
    item = entry(at=100)
    item.is_withdrawn = True
    assert decide([item], at(0)).over == [(item, CutReason.WITHDRAWN)]


def test_done_is_done():
    assert decide([entry(stage=Stage.DONE)], at(1)).arm is None


# Quiet hours: 22:00 to 04:30 in Vietnam is 15:00 to 21:30 UTC.
QUIET_FROM = START.replace(hour=15).timestamp()
QUIET_TO = START.replace(hour=21, minute=30).timestamp()


def test_quiet_hours_cross_midnight():
    assert not is_quiet([ALL_NIGHT], QUIET_FROM - 1)
    assert is_quiet([ALL_NIGHT], QUIET_FROM)
    assert is_quiet([ALL_NIGHT], QUIET_TO - 1)
    assert not is_quiet([ALL_NIGHT], QUIET_TO)
    assert next_change_of_quiet([ALL_NIGHT], QUIET_FROM - 3600) == QUIET_FROM
    assert next_change_of_quiet([ALL_NIGHT], QUIET_FROM + 3600) == QUIET_TO


def test_in_quiet_hours_only_an_emergency_begins():
    night = (START.replace(hour=20, minute=15) - START).total_seconds()  # 03:15 in the village
    here = at(night - 1, quiet_hours=(ALL_NIGHT,))
    for priority, is_armed in (
        (Priority.ROUTINE, False),
        (Priority.PRIORITY, False),
        (Priority.EMERGENCY, True),
    ):
        item = entry(at=night, priority=priority)
        assert (decide([item], here).arm is item) == is_armed


def test_what_plays_when_quiet_hours_begin_is_cut_there():
    begins = QUIET_FROM - T
    playing = entry(at=begins - 30, stage=Stage.STARTED)
    here = {"quiet_hours": (ALL_NIGHT,), "current": "082/a"}
    assert decide([playing], at(begins - 1, **here)).stop is None
    assert decide([playing], at(begins - 1, **here)).look_again_at <= QUIET_FROM
    assert decide([playing], at(begins, **here)).stop is CutReason.QUIET_HOURS
    playing.item = make_item(at=begins - 30, priority=Priority.EMERGENCY)
    assert decide([playing], at(begins, **here)).stop is None


def test_what_quiet_hours_hindered_begins_after_them_if_its_window_allows():
    item = entry(at=QUIET_TO - T - 60, window=600)
    here = {"quiet_hours": (ALL_NIGHT,)}
    hindered = decide([item], at(QUIET_TO - T - 30, **here))
    assert hindered.arm is None
    assert decide([item], at(QUIET_TO - T, **here)).arm is item


PRIORITIES = st.sampled_from(list(Priority))
ITEMS = st.lists(
    st.tuples(st.integers(-600, 600), st.integers(1, 900), PRIORITIES, st.booleans()), max_size=6
)


@given(items=ITEMS, now=st.floats(-700, 1600), quiet=st.booleans(), current=st.integers(0, 6))
def test_no_rule_is_ever_broken(items, now, quiet, current):
    hours = QuietHours(starts="11:50", ends="12:10", utc_offset="+07:00")
    entries = [
        entry(f"i{n}", at=at_, window=window, priority=priority, held=held)
        for n, (at_, window, priority, held) in enumerate(items)
    ]
    playing = entries[current] if current < len(entries) else None
    if playing is not None:
        playing.progress.stage = Stage.STARTED
    here = at(now, quiet_hours=(hours,) if quiet else (), current=playing.key if playing else None)
    decision = decide(entries, here)
    assert decision.look_again_at > here.now
    if decision.arm is not None:
        armed = decision.arm
        assert armed.is_held
        assert armed is not playing
        assert decision.arm_at < armed.start_before
        assert decision.arm_at >= armed.start
        assert here.now <= decision.arm_at <= here.now + LEAD_SECONDS + 1
        is_emergency = armed.item.priority is Priority.EMERGENCY
        assert is_emergency or not is_quiet(here.quiet_hours, decision.arm_at)
        if playing is not None and decision.stop is None:
            assert armed.item.priority.rank > playing.item.priority.rank
    for over, _ in decision.over:
        assert over.start_before <= here.now
        assert over is not playing


def test_windows_shorter_than_a_second_still_play_on_time():
    item = entry(window=0.2)
    assert decide([item], at(-2)).arm is item
    assert item.item.start_before - item.item.start == timedelta(milliseconds=200)
