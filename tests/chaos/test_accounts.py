"""The ear and the reckoning of the chaos run, on recordings whose faults are known."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from .accounts import Item, Span, account_of, live_account
from .evidence import Evidence
from .monkey import Kill, Monkey
from .result import reckon
from .signature import ALERT, LIVE, SECONDS_NAMED, hear, seconds_heard, sound_of
from .station import VICTIMS

RATE = 16_000
BOX = "loa-1"


def item(number=5, start=100.0, seconds=8, key="a"):
    reference = np.zeros(SECONDS_NAMED)
    reference[:seconds] = 1.0
    return Item(key, "scheduled", number, start, reference, frozenset({BOX}))


def recording(*parts, begins=98.0):
    """(instant, item, first second, seconds) on a silent line."""
    line = np.zeros(30 * RATE, np.float32)
    for at, number, first, seconds in parts:
        sound = sound_of(number, first=first, seconds=1, rate=RATE)
        if seconds >= 1:
            sound = sound_of(number, first=first, seconds=int(seconds), rate=RATE)
        else:
            sound = sound[: int(seconds * RATE)]
        place = round((at - begins) * RATE)
        # As loud as through a box at a third of its volume.
        line[place : place + len(sound)] = sound / 32768 * 0.1
    return hear(line, RATE, begins=begins)


@pytest.mark.parametrize("number", [0, 11, 12, 77, 143, LIVE + 3, ALERT + 11])
def test_every_number_is_heard_as_itself(number):
    heard = recording((100.0, number, 0, 24))
    assert set(heard.number) <= {number, -1, -2}
    assert seconds_heard(heard, number, slice(None)) == pytest.approx(np.ones(24), abs=0.05)
    # Windows on the edge of the sound are neither.
    assert (heard.number == -2).sum() <= 4


def test_what_was_played_whole_is_lost_nowhere():
    account = account_of(BOX, recording((100.0, 5, 0, 8)), [item()])
    (hearing,) = account.hearings
    assert hearing.lost_seconds == hearing.repeated_seconds == 0
    assert hearing.late_seconds < 0.05
    assert not account.silences


def test_a_lost_second_is_lost_although_the_next_one_follows_at_once():
    heard = recording((100.0, 5, 0, 3), (103.0, 5, 4, 4))
    (hearing,) = account_of(BOX, heard, [item()]).hearings
    assert hearing.lost_seconds == pytest.approx(1.0, abs=0.1)


def test_a_hole_is_silence_also_when_nothing_is_lost():
    heard = recording((100.0, 5, 0, 3), (103.4, 5, 3, 5))
    account = account_of(BOX, heard, [item()])
    assert account.hearings[0].lost_seconds == 0
    (hole,) = account.silences
    assert hole.end - hole.start == pytest.approx(0.4, abs=0.06)


def test_what_never_came_is_lost_whole():
    (hearing,) = account_of(BOX, recording(), [item()]).hearings
    assert hearing.lost_seconds == pytest.approx(8.0, abs=0.3)
    assert hearing.first_at is None


def test_what_came_twice_is_told():
    heard = recording((100.0, 5, 0, 8), (110.0, 5, 0, 2))
    (hearing,) = account_of(BOX, heard, [item()]).hearings
    assert hearing.repeated_seconds == pytest.approx(2.0, abs=0.1)


def test_a_late_start_is_told():
    (hearing,) = account_of(BOX, recording((104.0, 5, 0, 8)), [item()]).hearings
    assert hearing.late_seconds == pytest.approx(4.0, abs=0.05)
    assert hearing.lost_seconds == 0


def test_an_item_that_made_room_for_an_alert_is_whole_and_was_never_silent():
    heard = recording((100.0, 5, 0, 3), (103.0, ALERT, 0, 4), (108.0, 5, 3, 5))
    account = account_of(BOX, heard, [item()])
    assert account.hearings[0].lost_seconds == 0
    # One second to the next whole one, so that all boxes go on together.
    assert not account.silences


def test_the_same_sound_in_two_items_is_not_taken_for_one():
    heard = recording((100.0, 5, 0, 8), (112.0, 5, 0, 8))
    account = account_of(BOX, heard, [item(), item(start=112.0, key="b")])
    assert [h.lost_seconds + h.repeated_seconds for h in account.hearings] == [0, 0]


def test_live_words_are_looked_for_by_the_second_in_which_they_were_said():
    # Said from 96.0 to 106.0 (24 divides 96), heard two seconds later, three seconds of it never.
    heard = recording((98.0, LIVE, 0, 4), (105.0, LIVE, 7, 3))
    live = live_account(heard, LIVE, Span(96.0, 106.0), Span(96.0, 112.0))
    assert live.said_seconds == 10.0
    assert [second for second, _ in live.lost] == [100.0, 101.0, 102.0]
    assert live.lost_seconds == pytest.approx(3.0, abs=0.1)


def test_waiting_behind_another_sound_is_not_late():
    heard = recording((98.5, LIVE, 0, 4), (103.0, 5, 0, 8))
    (hearing,) = account_of(BOX, heard, [item()]).hearings
    assert hearing.late_seconds == pytest.approx(0.5, abs=0.1)


def evidence(heard, reports=1, claim=1.0):
    counted = Counter({("a", BOX): reports})
    return Evidence({BOX: heard}, [item()], reports=counted, claims={("a", BOX): claim})


def test_a_loss_is_blamed_on_the_kill_before_it():
    kills = [Kill(50.0, "web", [1], 2.0), Kill(99.0, "gateway", [2], 3.0)]
    result = reckon(evidence(recording((100.0, 5, 0, 6)), claim=0.75), kills, minutes=1)
    rows = {row.victim: row for row in result.rows}
    assert rows["gateway"].lost_seconds == pytest.approx(2.0, abs=0.1)
    assert rows["web"].lost_seconds == 0
    assert len(result.faults) == 1
    assert "sound lost" in result.faults[0]


def test_nothing_amiss_is_no_fault():
    assert reckon(evidence(recording((100.0, 5, 0, 8))), [], minutes=1).faults == []


@pytest.mark.parametrize(("reports", "told"), [(0, "1 reports lost"), (2, "1 reports doubled")])
def test_a_report_too_few_or_too_many_is_a_fault(reports, told):
    result = reckon(evidence(recording((100.0, 5, 0, 8)), reports=reports), [], minutes=1)
    assert told in result.faults


def test_a_report_that_claims_what_nobody_heard_is_a_fault():
    result = reckon(evidence(recording((100.0, 5, 0, 6))), [], minutes=1)
    assert "1 reports that claim more than was heard" in result.faults


def test_the_same_seed_kills_the_same_and_all_alike():
    plans = [Monkey(None, 60, seed).plan() for seed in (7, 7, 8)]
    assert plans[0] == plans[1] != plans[2]
    assert Counter(victim for _, victim in plans[0]) == dict.fromkeys(VICTIMS, 10)
