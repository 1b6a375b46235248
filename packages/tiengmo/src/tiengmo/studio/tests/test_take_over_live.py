"""Who may speak to whom, and what both are told when a higher station takes over."""

from datetime import timedelta

import pytest
from django.utils import timezone
from speaker_link.envelope import peek

from tiengmo.audit.actors import SYSTEM
from tiengmo.audit.models import AuditEntry
from tiengmo.outbox.models import OutboxEntry
from tiengmo.people.errors import NotAllowed
from tiengmo.people.tests.factories import UserFactory
from tiengmo.places.tests.factories import VillageFactory
from tiengmo.speakers.errors import NoStationKey
from tiengmo.speakers.models import RetainedMessage
from tiengmo.studio import actions
from tiengmo.studio.errors import AreaTaken, NotPossible, StudioError
from tiengmo.studio.models import EndReason, EventKind, LiveTakeover, StudioEvent
from tiengmo.studio.workflow import TakeoverState


def go(station, by, **fields):
    given = {"areas": [station.code], "title": "Họp thôn"} | fields
    return actions.take_over_live(station, by=by, **given)


def test_a_member_goes_live_and_it_is_written_down(commune, speaker):
    takeover = go(commune, speaker, reason="Mưa lớn")
    assert takeover.state == TakeoverState.WAITING
    assert takeover.by_name == "Vàng A Páo"
    assert AuditEntry.objects.filter(action="studio.took_over", subject_id=takeover.pk).exists()
    due = OutboxEntry.objects.get(topic="studio.end_due")
    assert due.due_at == takeover.until_at


def test_a_stranger_may_not(commune):
    with pytest.raises(NotAllowed):
        go(commune, UserFactory(editor=commune))
    assert not LiveTakeover.objects.exists()


def test_a_colleague_hears_who_holds_the_area_and_since_when(commune, speaker):
    held = go(commune, speaker)
    with pytest.raises(AreaTaken) as told:
        go(commune, UserFactory(operator=commune))
    text = str(told.value)
    assert "Vàng A Páo" in text
    assert timezone.localtime(held.started_at).strftime("%H:%M:%S") in text
    assert not told.value.may_displace


def test_one_village_of_the_area_is_enough_to_be_taken(village, commune, district, speaker, chief):
    go(district, chief, areas=[village.code])
    with pytest.raises(AreaTaken) as told:
        go(commune, speaker)
    # A lower station never takes over from a higher one, whatever it asks.
    with pytest.raises(AreaTaken):
        go(commune, speaker, displaces=True)
    assert not told.value.may_displace


def test_another_area_is_free(district, commune, speaker, chief):
    go(commune, speaker)
    other = VillageFactory(unit__parent=district).unit
    assert go(district, chief, areas=[other.code]).is_open


def test_a_higher_station_takes_over_and_both_are_told(district, commune, speaker, chief):
    held = go(commune, speaker)
    with pytest.raises(AreaTaken) as told:
        go(district, chief)
    assert told.value.may_displace
    takeover = go(district, chief, displaces=True)
    held.refresh_from_db()
    assert (held.state, held.end_reason) == (TakeoverState.ENDED, EndReason.TAKEN_OVER)
    assert held.displaced_by == takeover
    theirs = StudioEvent.objects.get(takeover=held, kind=EventKind.TAKEN_OVER)
    assert theirs.is_alarm
    assert "Lý Thị Mẩy" in theirs.detail
    assert "Vàng A Páo" in StudioEvent.objects.get(takeover=takeover).detail


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"priority": "emergency"}, "hai người"),
        ({"title": " "}, "tên buổi phát"),
        ({"source": "url", "url": "file:///etc/passwd"}, "không hợp lệ"),
        ({"source": "url", "url": "concat:/a|/b"}, "không hợp lệ"),
        ({"minutes": 0}, "phút"),
        ({"minutes": 10_000}, "phút"),
    ],
)
def test_what_cannot_be_is_refused_in_words(commune, speaker, fields, says):
    with pytest.raises(StudioError, match=says):
        go(commune, speaker, **fields)


def test_nobody_speaks_outside_their_station(commune, speaker):
    other = VillageFactory().unit
    with pytest.raises(StudioError, match="không phụ trách"):
        go(commune, speaker, areas=[other.code])


def test_a_station_without_a_key_is_told_before_anybody_speaks(commune, speaker):
    from tiengmo.speakers.models import StationKey

    StationKey.objects.filter(unit=commune).update(revoked_at=timezone.now())
    with pytest.raises(NoStationKey):
        go(commune, speaker)


def test_a_stream_is_announced_signed_and_ends_signed(commune, speaker):
    takeover = go(commune, speaker, priority="priority")
    opened = actions.open_stream(takeover.pk)
    message = peek(opened.payload)
    body = message.body
    assert (body.takeover, body.station, body.ended) == (takeover.pk, commune.code, False)
    assert message.priority == "priority"
    assert body.kid == opened.signer.key.kid
    assert body.until == takeover.until_at.replace(
        microsecond=takeover.until_at.microsecond // 1000 * 1000
    )
    again = actions.open_stream(takeover.pk)
    assert again.on_air.stream != opened.on_air.stream
    takeover.refresh_from_db()
    actions.finish_takeover(takeover, by=SYSTEM)
    last = peek(RetainedMessage.objects.get(topic=opened.topic).payload).body
    assert last.ended
    assert last.version > body.version
    with pytest.raises(NotPossible):
        actions.open_stream(takeover.pk)


def test_sound_comes_goes_and_comes_back(commune, speaker):
    takeover = go(commune, speaker)
    actions.note_sound(takeover.pk, level_dbfs=-20)
    actions.note_loss(takeover.pk)
    takeover.refresh_from_db()
    assert takeover.state == TakeoverState.INTERRUPTED
    lost = StudioEvent.objects.get(kind=EventKind.LOST)
    assert lost.is_alarm
    assert lost.ended_at is None
    actions.note_sound(takeover.pk, level_dbfs=-20)
    lost.refresh_from_db()
    takeover.refresh_from_db()
    assert takeover.state == TakeoverState.ON_AIR
    assert lost.ended_at is not None


def test_ending_twice_and_finishing_twice_is_no_error(commune, speaker):
    takeover = go(commune, speaker)
    actions.end_takeover(takeover, by=speaker)
    ended = actions.end_takeover(takeover, by=speaker)
    assert ended.state == TakeoverState.ENDING
    finished = actions.finish_takeover(takeover, by=SYSTEM)
    assert actions.finish_takeover(takeover, by=SYSTEM).ended_at == finished.ended_at
    # Sound that was still on its way changes nothing.
    actions.note_sound(takeover.pk, level_dbfs=-20)
    takeover.refresh_from_db()
    assert takeover.state == TakeoverState.ENDED


def test_a_stranger_may_not_end_it(commune, speaker):
    takeover = go(commune, speaker)
    with pytest.raises(NotAllowed):
        actions.end_takeover(takeover, by=UserFactory(editor=commune))


def test_without_a_playout_process_the_worker_ends_what_is_left(commune, speaker):
    from tiengmo.studio import handlers

    takeover = go(commune, speaker)
    handlers.watch({})
    takeover.refresh_from_db()
    assert takeover.is_open
    LiveTakeover.objects.update(started_at=timezone.now() - timedelta(minutes=5))
    handlers.watch({})
    takeover.refresh_from_db()
    assert (takeover.state, takeover.end_reason) == (TakeoverState.ENDED, EndReason.LOST)
