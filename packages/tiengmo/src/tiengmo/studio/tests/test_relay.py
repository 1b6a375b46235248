"""Relays: kept from data, refused in quiet hours, and judged before anybody hears them."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import time_machine
from django.utils import timezone
from speaker_link.envelope import peek

from tiengmo.people.errors import NotAllowed
from tiengmo.people.tests.factories import UserFactory
from tiengmo.speakers.models import RetainedMessage
from tiengmo.speakers.tests.factories import BoxFactory
from tiengmo.studio import actions
from tiengmo.studio.errors import StudioError
from tiengmo.studio.models import EventKind, Relay, RelaySource, RelayState, StudioEvent
from tiengmo.studio.playout.lookahead import AHEAD_SECONDS, Lookahead, Verdict
from tiengmo.studio.playout.rows import _relays_due
from tiengmo.studio.rules import Hours, Window

from .factories import RATE, speech

EVERY_DAY = frozenset(range(7))
MORNING = Hours(EVERY_DAY, time(5, 0), time(5, 30))
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def make(commune, by, *, hours=(MORNING,), **fields):
    given = {
        "station": commune, "title": "Tiếp âm đài huyện", "areas": [commune.code],
        "source": RelaySource.URL, "url": "https://dai.vn/phat.mp3",
    } | fields  # fmt: skip
    return actions.save_relay(Relay(**given), by=by, hours=list(hours), fallback=[])


def test_a_relay_is_kept_with_its_hours(commune, speaker):
    relay = make(commune, speaker)
    (row,) = relay.hours.all()
    assert (row.days, row.starts, row.ends) == (list(range(7)), time(5), time(5, 30))
    make_again = actions.save_relay(relay, by=speaker, hours=[MORNING, MORNING], fallback=[])
    assert make_again.hours.count() == 2


def test_a_stranger_may_not(commune):
    with pytest.raises(NotAllowed):
        make(commune, UserFactory(editor=commune))


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"url": "file:///etc/passwd"}, "không hợp lệ"),
        ({"source": RelaySource.STATION, "url": ""}, "chọn đài"),
        ({"areas": []}, "không phụ trách"),
        ({"hours": []}, "khung giờ"),
        ({"hours": [Hours(EVERY_DAY, time(5), time(5))]}, "khác nhau"),
    ],
)
def test_what_cannot_be_is_refused_in_words(commune, speaker, fields, says):
    with pytest.raises(StudioError, match=says):
        make(commune, speaker, **fields)


def test_quarter_past_three_is_refused_where_the_area_sleeps(village, commune, speaker):
    BoxFactory(village=village, quiet_hours=[{"start": "22:00", "end": "05:00"}])
    with pytest.raises(StudioError, match="giờ yên tĩnh"):
        make(commune, speaker, hours=[Hours(EVERY_DAY, time(3, 15), time(3, 45))])
    make(commune, speaker)


def test_a_relay_whose_area_became_quiet_later_stays_silent(village, commune, speaker):
    make(commune, speaker, hours=[Hours(EVERY_DAY, time(3, 15), time(3, 45))])
    moment = datetime(2026, 11, 22, 3, 20, tzinfo=ZONE)
    assert _relays_due(moment)
    BoxFactory(village=village, quiet_hours=[{"start": "22:00", "end": "05:00"}])
    assert not _relays_due(moment)


def test_it_is_due_a_moment_early_and_not_after_its_hours(commune, speaker):
    make(commune, speaker)
    at = datetime(2026, 11, 22, 5, 0, tzinfo=ZONE)
    assert not _relays_due(at - timedelta(seconds=20))
    (due,) = _relays_due(at - timedelta(seconds=5))
    assert due.window.start == at
    assert _relays_due(at + timedelta(minutes=29, seconds=59))
    assert not _relays_due(at + timedelta(minutes=30))


def test_a_session_is_announced_until_the_end_of_its_hours(commune, speaker):
    relay = make(commune, speaker)
    tomorrow = timezone.localtime() + timedelta(days=1)
    with time_machine.travel(tomorrow.replace(hour=5, minute=0, second=1), tick=False):
        start = timezone.localtime().replace(second=0, microsecond=0)
        window = Window(start, start + timedelta(minutes=30))
        first = actions.open_relay_stream(relay.pk, window)
        body = peek(first.payload).body
        assert body.relay
        assert body.until == window.end
        # Killed and come back: the same takeover, another stream.
        second = actions.open_relay_stream(relay.pk, window)
        assert second.on_air.takeover == first.on_air.takeover
        assert second.on_air.stream != first.on_air.stream
        actions.finish_relay_session(relay.pk)
    assert peek(RetainedMessage.objects.get(topic=first.topic).payload).body.ended
    relay.refresh_from_db()
    assert (relay.state, relay.takeover) == (RelayState.OFF, "")


def test_a_person_who_is_speaking_is_not_cut_off_by_a_relay_s_hour(commune, speaker):
    relay = make(commune, speaker)
    live = actions.take_over_live(commune, by=speaker, areas=[commune.code], title="Họp")
    now = timezone.now()
    opened = actions.open_relay_stream(relay.pk, Window(now, now + timedelta(minutes=30)))
    assert peek(opened.payload).body.start < live.started_at


def test_an_operator_puts_the_fallback_on_and_takes_it_off(commune, speaker):
    relay = make(commune, speaker)
    actions.hold_relay(relay, by=speaker, on_fallback=True)
    relay.refresh_from_db()
    assert relay.is_held_on_fallback
    with pytest.raises(NotAllowed):
        actions.hold_relay(relay, by=UserFactory(editor=commune), on_fallback=False)


def test_an_alarm_is_raised_once_while_it_lasts(commune, speaker):
    relay = make(commune, speaker)
    for _n in range(3):
        actions.note_event(EventKind.SOURCE_DEAD, relay_id=relay.pk, is_alarm=True)
    alarm = StudioEvent.objects.get(kind=EventKind.SOURCE_DEAD)
    actions.note_event(EventKind.SOURCE_DEAD, relay_id=relay.pk, is_alarm=True, is_over=True)
    actions.note_event(EventKind.SOURCE_DEAD, relay_id=relay.pk, is_alarm=True)
    assert StudioEvent.objects.filter(kind=EventKind.SOURCE_DEAD).count() == 2
    actions.acknowledge(alarm, by=speaker)
    alarm.refresh_from_db()
    assert alarm.seen_by_name == "Vàng A Páo"


def fed(*sounds):
    ahead = Lookahead()
    for sound in sounds:
        for start in range(0, len(sound), 4800):
            ahead.take(sound[start : start + 4800])
    return ahead


def test_silence_is_found_before_any_of_it_is_heard():
    ahead = fed(speech(1), np.zeros(int(AHEAD_SECONDS * RATE), dtype=np.float32))
    ahead.give(RATE)
    assert ahead.verdict(RATE // 2) is Verdict.SILENT


def test_a_breath_between_two_sentences_is_no_silence():
    ahead = fed(speech(2), np.zeros(RATE * 2, dtype=np.float32), speech(0.5, seed=9))
    assert ahead.verdict(RATE // 2) is Verdict.GOOD


def test_a_source_that_roars_is_wrong_and_one_that_ended_is_played_out():
    assert fed(np.sign(speech(3))).verdict(RATE // 2) is Verdict.CLIPPED
    ahead = fed(speech(1))
    ahead.clear()
    assert ahead.verdict(RATE // 2) is Verdict.GOOD
    ahead.give(RATE)
    assert ahead.verdict(RATE // 2) is Verdict.EMPTY


def test_what_is_given_is_what_was_taken():
    sound = speech(2)
    ahead = fed(sound)
    given = np.concatenate([ahead.give(7000) for _n in range(10)])
    assert np.array_equal(given, sound[:70_000])
    assert ahead.seconds == pytest.approx((len(sound) - 70_000) / RATE)
