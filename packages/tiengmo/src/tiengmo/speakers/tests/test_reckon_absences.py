"""The pure rules behind uptime and likely causes."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiengmo.speakers.models import OutageCause
from tiengmo.speakers.technician.rules import (
    Absence,
    cause_of_absence,
    counted_on,
    merged,
    overlap,
    seconds,
    shared,
    uptime,
)

NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)


def at(seconds_):
    return NOON + timedelta(seconds=seconds_)


spans = st.lists(
    st.tuples(st.integers(0, 5000), st.integers(1, 900)).map(
        lambda pair: (at(pair[0]), at(pair[0] + pair[1]))
    ),
    max_size=12,
)


@given(spans)
def test_merging_counts_every_second_once(found):
    brute = {
        second
        for start, end in found
        for second in range(int((start - NOON).total_seconds()), int((end - NOON).total_seconds()))
    }
    assert seconds(found) == len(brute)
    tidy = merged(found)
    assert all(one[1] < two[0] for one, two in pairwise(tidy))


@given(spans, spans)
def test_uptime_is_what_was_known_and_not_absent(known, absent):
    of, online = uptime(known, absent)
    assert 0 <= online <= of
    assert of == seconds(known)
    away = seconds([part for span in merged(known) for part in overlap(absent, span)])
    assert online + away == pytest.approx(of)


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({}, OutageCause.LINK),
        ({"boot_now": "b2", "program_now": at(400)}, OutageCause.POWER),
        ({"program_now": at(400)}, OutageCause.PROGRAM),
        ({"program_now": at(4)}, OutageCause.LINK),  # whole seconds, and a slow line
        ({"is_orderly": True, "boot_now": "b2"}, OutageCause.ORDERLY),
        ({"boot_now": ""}, OutageCause.UNKNOWN),
        ({"program_before": None}, OutageCause.UNKNOWN),
    ],
)
def test_the_return_tells_the_cause(changes, cause):
    said = {
        "is_orderly": False,
        "boot_before": "b1",
        "boot_now": "b1",
        "program_before": at(0),
        "program_now": at(0),
    }
    assert cause_of_absence(**(said | changes)) is cause


def absences(*offsets, unit=1):
    return [Absence(n, f"box-{n}", unit, at(offset)) for n, offset in enumerate(offsets)]


def test_a_commune_that_falls_silent_together_shares_one_cause():
    assert shared(absences(0, 5, 20, 60), {1: 5}) == {0, 1, 2, 3}


def test_single_failures_are_not_a_commune_s():
    assert shared(absences(0, 5, 20), {1: 20}) == set()  # three of twenty
    assert shared(absences(0, 500, 1000, 1500), {1: 4}) == set()  # one after another
    assert shared(absences(0, 5), {1: 2}) == set()  # two boxes are two plugs


def test_one_box_that_flaps_is_not_a_commune():
    flapping = [Absence(n, "box-1", 1, at(n * 10)) for n in range(6)]
    assert shared(flapping, {1: 4}) == set()


@pytest.mark.parametrize(
    ("now", "is_same", "total"),
    [(150, True, 1050), (50, False, 1050), (50, True, 1050), (None, True, 1000)],
)
def test_counters_that_begin_anew_are_added_up(now, is_same, total):
    # 100 counted before: 50 more, a new program, a counter that went back, one that says nothing
    assert counted_on(1000, 100, now, is_same_program=is_same) == total
