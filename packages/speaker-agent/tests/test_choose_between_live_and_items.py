"""The rules for live sound, alerts and limits, without any sound."""

import math
from dataclasses import replace
from datetime import timedelta

import pytest
from speaker_agent.on_air.alerts import AlertBook
from speaker_agent.playing.limits import Sessions
from speaker_agent.playing.progress import Entry, Progress, Stage
from speaker_agent.playing.rules import Circumstances, LiveSound, decide
from speaker_agent.playing.schedules import ScheduleBook
from speaker_link.kinds import Priority
from speaker_link.messages import Alert, CutReason, Edition, Limits, QuietHours

from .conftest import START, make_assignment, make_item, make_schedule

T = START.timestamp()
ROUTINE, HIGH, URGENT = Priority.ROUTINE, Priority.PRIORITY, Priority.EMERGENCY
ALL_DAY = QuietHours(starts="00:00", ends="23:59", utc_offset="+00:00")


def entry(name="a", *, is_alert=False, stage=Stage.WAITING, samples=0, **item):
    made = make_item(name, **item)
    progress = Progress(stage=stage, samples=samples)
    return Entry("082", made, made.editions[0], progress, is_held=True, is_alert=is_alert)


def live(name="x", *, priority=ROUTINE, start=0.0, begins=1.0):
    return LiveSound(f"live/082/{name}", priority, T + start, T + begins)


def at(seconds, **changes):
    return Circumstances(now=T + seconds, **changes)


# Live sound


def test_live_sound_cuts_off_an_item_of_its_own_priority_at_its_instant():
    item, talk = entry(at=-30), live(begins=2.0)
    decision = decide([item], at(0, current=item.key, live=[talk]))
    assert (decision.arm, decision.arm_at) == (talk, T + 2)


def test_it_waits_for_a_higher_priority():
    item, talk = entry(at=-30, priority=HIGH), live()
    assert decide([item], at(0, current=item.key, live=[talk])).arm is None


def test_an_item_does_not_cut_off_live_sound_of_its_own_priority():
    item, talk = entry(at=-1), live(begins=math.inf)
    decision = decide([item], at(0, current=talk.key, live=[talk]))
    assert decision.arm is None
    assert item.obstacle is CutReason.PRE_EMPTED
    urgent = entry(at=0, priority=URGENT)
    assert decide([urgent], at(0, current=talk.key, live=[talk])).arm is urgent


@pytest.mark.parametrize(
    ("other", "wins"),
    [
        (live("y", start=5), True),
        (live("y", start=-5), False),
        (live("y", start=-5, priority=HIGH), True),
    ],
)
def test_of_two_streams_the_weightier_then_the_later_takeover_is_heard(other, wins):
    talk = replace(live(), begins=math.inf)
    decision = decide([], at(0, current=talk.key, live=[talk, other]))
    assert decision.arm is (other if wins else None)


def test_a_stream_without_sound_takes_nothing():
    item = entry(at=0)
    assert decide([item], at(0, live=[live(begins=math.inf)])).arm is item


def test_nobody_talks_in_quiet_hours_but_in_an_emergency():
    talk = live()
    here = at(0, live=[talk], quiet_hours=[ALL_DAY])
    assert decide([], here).arm is None
    assert decide([], replace(here, current=talk.key)).stop is CutReason.QUIET_HOURS
    urgent = live(priority=URGENT)
    assert decide([], replace(here, live=[urgent])).arm is urgent
    assert decide([], replace(here, live=[urgent], current=urgent.key)).stop is None


def test_no_live_sound_without_the_time_and_none_at_volume_zero():
    assert decide([], at(0, live=[live()], volume=0)).arm is None
    assert decide([], at(0, live=[live(priority=URGENT)], is_time_trusted=False)).arm is None


def test_live_sound_fills_the_time_until_an_alert_is_said_again():
    again, talk = entry(at=2.5, is_alert=True, priority=URGENT), live(begins=0.3)
    decision = decide([again], at(0, live=[talk], armed=again.key))
    assert decision.arm is talk
    # Armed, it is not armed twice; heard, it gives way to what comes next.
    assert decide([again], at(0.1, live=[talk], armed=talk.key)).arm is None
    heard = decide([again], at(0.5, live=[talk], current=talk.key))
    assert (heard.arm, heard.arm_at) == (again, T + 2.5)
    near = entry(at=0.8, is_alert=True, priority=URGENT)
    assert decide([near], at(0, live=[talk])).arm is near


def test_it_does_not_fill_what_something_else_fills():
    item, talk = entry(at=2.5, priority=URGENT), live(begins=0.3)
    current = entry("b", at=-5, priority=URGENT)
    assert decide([item, current], at(0, live=[talk], current=current.key)).arm is None


def test_a_box_looks_again_when_a_segment_is_near():
    decision = decide([], at(0, live=[live(begins=20.0)]))
    assert decision.arm is None
    assert decision.look_again_at == T + 17


# Alerts


def alert(**changes):
    values = {
        "version": 1,
        "alert": "flood",
        "station": "082",
        "status": "Actual",
        "msg_type": "Alert",
        "title": "Lũ quét",
        "start": START,
        "until": START + timedelta(minutes=10),
        "editions": [Edition(language="vi", sha256="a" * 64, bytes=10, duration_ms=30_000)],
        "repeat_ms": 60_000,
    }
    return Alert(**(values | changes))


class Village:
    def __init__(self):
        self.book = ScheduleBook({})
        self.alerts = AlertBook(self.book)

    def hear(self, body, *, counter=0.0, without_time=False):
        return self.alerts.take(body, ["082"], counter=counter, without_time=without_time)

    def due(self, seconds, *, counter=0.0, is_trusted=True):
        self.alerts.refresh(
            make_assignment(), now=T + seconds, counter=counter, is_trusted=is_trusted
        )
        return {
            e.item.id: e for e in self.book.entries.values() if not e.is_done and not e.is_withdrawn
        }


@pytest.fixture
def village():
    return Village()


def test_an_alert_is_above_every_item_and_every_stream(village):
    village.hear(alert())
    first = village.due(0)["flood.1.0"]
    first.is_held = True
    item, talk = entry(at=-10, priority=URGENT), live(priority=URGENT)
    assert decide([item, first], at(0, current=item.key)).arm is first
    assert decide([first], at(0, current=talk.key, live=[talk])).arm is first


def test_it_is_said_again_and_again_until_its_end(village):
    village.hear(alert())
    assert set(village.due(0)) == {"flood.1.0", "flood.1.1"}
    assert village.due(0)["flood.1.1"].start == T + 60
    assert set(village.due(130)) == {"flood.1.0", "flood.1.1", "flood.1.2", "flood.1.3"}
    assert "flood.1.10" not in village.due(599)
    for one in village.book.entries.values():
        one.progress.stage = Stage.DONE
    village.due(601)
    assert not village.alerts.alerts


def test_who_hears_of_it_late_begins_with_what_is_due(village):
    village.hear(alert())
    due = village.due(200)
    assert set(due) == {"flood.1.3", "flood.1.4"}
    due["flood.1.3"].is_held = True
    decision = decide(due.values(), at(200.2))
    assert (decision.arm.item.id, decision.arm_at) == ("flood.1.3", T + 200.5)
    # Too near: the next half second that its sound can be made ready for.
    assert decide(due.values(), at(200.31)).arm_at == T + 201


def test_once_is_once(village):
    village.hear(alert(repeat_ms=0))
    assert set(village.due(100)) == {"flood.1.0"}
    village.book.entries["082/flood.1.0"].progress.stage = Stage.DONE
    assert not village.due(101)


def test_an_update_stops_what_is_said_and_forgets_what_was_to_come(village):
    village.hear(alert())
    old = village.due(0)["flood.1.0"]
    old.progress.stage = Stage.STARTED
    village.hear(alert(version=2, msg_type="Update", start=START + timedelta(seconds=10)))
    assert old.is_withdrawn
    assert set(village.due(10)) == {"flood.2.0", "flood.2.1"}


def test_the_all_clear_is_said_once(village):
    village.hear(alert())
    village.due(0)
    clear = alert(version=2, msg_type="Cancel", repeat_ms=0, start=START + timedelta(seconds=90))
    village.hear(clear)
    assert set(village.due(90)) == {"flood.2.0"}
    village.hear(alert(version=3, msg_type="Cancel", repeat_ms=0, editions=[]))
    assert not village.due(91)


def test_one_that_replaces_another_silences_it_for_good(village):
    village.hear(alert())
    village.due(0)
    village.hear(alert(alert="dam", references=["flood"], start=START + timedelta(seconds=20)))
    assert set(village.due(20)) == {"dam.1.0", "dam.1.1"}
    # What the broker had kept of it comes again with every connection.
    assert not village.hear(alert())
    assert village.hear(alert(version=2, start=START + timedelta(seconds=40)))


def test_the_same_again_changes_nothing(village):
    village.hear(alert())
    village.due(0)["flood.1.0"].progress.stage = Stage.DONE
    assert not village.hear(alert())
    assert "flood.1.0" not in village.due(1)


def test_without_the_time_it_is_said_at_once_and_repeated_by_the_counter(village):
    village.hear(alert(), counter=50.0, without_time=True)
    first = village.due(-9e6, counter=50.0, is_trusted=False)["flood.1.0"]
    first.is_held = True
    assert decide([first], at(0, is_time_trusted=False)).arm is first
    assert set(village.due(-9e6, counter=111.0, is_trusted=False)) == {"flood.1.0", "flood.1.1"}
    for one in village.book.entries.values():
        one.progress.stage = Stage.DONE
    village.due(-9e6, counter=50.0 + 601, is_trusted=False)
    assert not village.alerts.alerts


def test_a_new_schedule_does_not_touch_it(village):
    village.hear(alert())
    first = village.due(0)["flood.1.0"]
    village.book.apply(make_schedule(make_item("b", at=60)), make_assignment(), now=T)
    village.book.withdraw_station("082")
    assert first.is_listed
    assert not first.is_withdrawn


def test_a_box_that_moves_away_is_silent(village):
    village.hear(alert())
    first = village.due(0)["flood.1.0"]
    first.progress.stage = Stage.STARTED
    village.alerts.reassign(make_assignment(stations=["083"]))
    assert first.is_withdrawn


def test_it_plays_the_edition_of_the_village(village):
    editions = [
        Edition(language="vi", sha256="a" * 64, bytes=10, duration_ms=1000),
        Edition(language="hmn", sha256="b" * 64, bytes=10, duration_ms=1000),
    ]
    village.hear(alert(editions=editions))
    assert village.due(0)["flood.1.0"].edition.language == "hmn"


# Limits


HOUR = Limits(session_minutes=30, sessions_per_day=2, gap_minutes=10, utc_offset="+07:00")


def forbids(spans, seconds, *, limits=HOUR, minutes=10, **item):
    one = entry(
        editions=[Edition(language="vi", sha256="a" * 64, bytes=10, duration_ms=minutes * 60_000)],
        **item,
    )
    noted = Sessions()
    for start, end in spans:
        noted.note(T + start, T + end)
    return Sessions.from_json(noted.to_json()).forbid(limits, one, T + seconds)


def test_a_session_is_not_longer_than_it_may_be():
    assert not forbids([(0, 1200)], 1200)
    assert forbids([(0, 1260)], 1260)
    assert forbids([], 0, minutes=31)
    assert not forbids([], 0, minutes=30)


def test_a_gap_begins_a_new_session():
    assert forbids([(0, 1260)], 1260 + 599)
    assert not forbids([(0, 1260)], 1260 + 600)


def test_no_more_sessions_than_a_day_may_have():
    spans = [(0, 60), (3600, 3660)]
    assert forbids(spans, 7200)
    assert not forbids(spans, 3700)
    # START is noon there; midnight is twelve hours later.
    assert not forbids(spans, 12 * 3600 + 1)


def test_emergencies_and_alerts_are_not_limited():
    spans = [(0, 1800)]
    assert not forbids(spans, 1800, priority=URGENT)
    assert forbids(spans, 1800, priority=HIGH)


def test_no_limit_forbids_nothing():
    assert not forbids([(0, 9000)], 9000, limits=Limits())


def test_an_item_over_the_limit_is_missed_for_that_reason():
    item = entry(window=60)
    here = at(0, limit=lambda _entry, _instant: True)
    assert decide([item], here).arm is None
    assert decide([item], replace(here, now=T + 60)).over == [(item, CutReason.OVER_LIMIT)]


def test_a_session_that_is_long_ago_is_forgotten():
    sessions = Sessions()
    sessions.note(T, T + 60)
    sessions.note(T + 3 * 24 * 3600, T + 3 * 24 * 3600 + 60)
    assert len(sessions.spans) == 1
