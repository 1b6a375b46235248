"""How far a phase reaches, and when the next one begins."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiengmo.speakers.updates.rules import Count, Next, judge, read_plan, too_many_fail

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


@given(
    boxes=st.integers(1, 30_000),
    steps=st.lists(st.integers(1, 100), min_size=1, max_size=6).map(sorted),
)
def test_a_plan_rises_and_reaches_everybody(boxes, steps):
    phases = read_plan(", ".join(f"{one}%" for one in steps), boxes)
    assert phases == sorted(set(phases))
    assert phases[-1] == boxes
    assert phases[0] >= 1


@pytest.mark.parametrize("text", ["", "x", "0", "101%", "0%", "5%, 1%", "-1", "1;2"])
def test_a_plan_that_cannot_be_read(text):
    with pytest.raises(ValueError) as caught:
        read_plan(text, 300)
    assert str(caught.value) in text


@given(confirmed=st.integers(0, 300), failing=st.integers(0, 300), percent=st.integers(0, 100))
def test_more_failure_is_never_borne_better(confirmed, failing, percent):
    def bad(failing):
        count = Count(confirmed=confirmed, failing=failing)
        return too_many_fail(count, failure_percent=percent)

    assert not bad(0)
    assert bad(failing + 1) or not bad(failing)


def test_nothing_goes_on_before_it_has_soaked():
    count = Count(confirmed=3)
    how = {"is_last": False, "soak": timedelta(minutes=60), "failure_percent": 5}
    soaked = timedelta(minutes=60)
    assert judge(count, settled_at=NOW - soaked, now=NOW, **how) is Next.GO_ON
    assert judge(count, settled_at=NOW - soaked * 0.9, now=NOW, **how) is Next.WAIT
    assert judge(count, settled_at=None, now=NOW, **how) is Next.WAIT
    none = Count(waiting_away=3)
    assert judge(none, settled_at=NOW - soaked, now=NOW, **how) is Next.WAIT


def test_failures_that_a_person_forgave_are_answers_too():
    how = {"is_last": False, "soak": timedelta(0), "failure_percent": 5, "now": NOW}
    assert judge(Count(failing=1), settled_at=NOW, **how) is Next.HALT
    assert judge(Count(failing=1, forgiven=1), settled_at=NOW, **how) is Next.GO_ON
    assert judge(Count(failing=2, forgiven=1), settled_at=NOW, **how) is Next.HALT
    assert judge(Count(), settled_at=NOW, **how) is Next.GO_ON, "all were retired meanwhile"
