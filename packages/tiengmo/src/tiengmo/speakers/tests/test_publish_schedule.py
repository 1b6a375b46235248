from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.utils import timezone
from speaker_link.errors import RefusalReason, Refused
from speaker_link.kinds import Priority
from speaker_link.replay import MemoryReplayCache
from speaker_link.trust import Scope, Trust
from speaker_link.verification import verify

from tiengmo.audit.actors import SYSTEM
from tiengmo.places.queries import area_path
from tiengmo.places.tests.factories import UnitFactory, VillageFactory
from tiengmo.speakers import keys
from tiengmo.speakers.actions import (
    issue_station_key,
    publish_assignment,
    publish_schedule,
    revoke_station_key,
)
from tiengmo.speakers.errors import NoStationKey, RootKeyMissing, SpeakerError
from tiengmo.speakers.models import AnnouncedItem, RetainedMessage, StationKey
from tiengmo.speakers.tests.factories import BoxFactory

pytestmark = pytest.mark.django_db


def item(village, **fields):
    start = timezone.now() + timedelta(minutes=5)
    return SimpleNamespace(
        **{
            "id": uuid4(),
            "title": "Bản tin  thử\n",
            "areas": [village.unit.code],
            "editions": [{"language": "vi", "sha256": "a" * 64, "bytes": 10, "duration_ms": 1000}],
            "priority": "routine",
            "start_at": start,
            "start_before_at": start + timedelta(hours=1),
        }
        | fields
    )


def judged(row, village, *, serial="loa-x", replay=None, trust=None, now=None):
    path = tuple(area_path(village))
    return verify(
        row.payload,
        trust=trust or Trust.in_root(keys.root_public()),
        scope=Scope(serial=serial, areas=path, stations=path[1:]),
        now=now or datetime.now(UTC),
        replay=replay or MemoryReplayCache(),
        topic=row.topic,
    )


def test_a_box_of_the_commune_obeys(village):
    wanted = item(village)
    row = publish_schedule(village.unit, [wanted])
    body = judged(row, village).body
    assert [one.id for one in body.items] == [str(wanted.id)]
    assert body.items[0].title == "Bản tin thử"
    assert body.valid_to - body.valid_from >= timedelta(hours=48)
    assert AnnouncedItem.objects.get(pk=str(wanted.id)).station == village.unit


def test_a_box_of_another_commune_refuses(village):
    neighbour = VillageFactory(unit=UnitFactory(parent=village.unit.parent))
    row = publish_schedule(village.unit, [item(village)])
    with pytest.raises(Refused) as refused:
        judged(row, neighbour)
    assert refused.value.reason is RefusalReason.WRONG_AREA


def test_versions_rise_and_boxes_refuse_older_ones(village):
    replay = MemoryReplayCache()
    first = publish_schedule(village.unit, [item(village)])
    old_payload = first.payload
    second = publish_schedule(village.unit, [])
    assert second.version > first.version
    judged(second, village, replay=replay)
    second.payload = old_payload
    with pytest.raises(Refused) as refused:
        judged(second, village, replay=replay)
    assert refused.value.reason is RefusalReason.OLDER_VERSION


def test_versions_stay_above_those_of_a_lost_database(village):
    before = publish_schedule(village.unit, []).version
    RetainedMessage.objects.all().delete()
    assert publish_schedule(village.unit, []).version >= before


def test_withdrawn_items_are_named(village):
    gone = item(village)
    row = publish_schedule(village.unit, [], withdrawn=[str(gone.id)])
    assert judged(row, village).body.withdrawn_items == [str(gone.id)]


def test_a_unit_without_a_key_cannot_speak(village):
    other = UnitFactory(parent=village.unit.parent)
    with pytest.raises(NoStationKey, match="chưa có đủ khoá"):
        publish_schedule(other, [])
    assert not RetainedMessage.objects.filter(topic__contains=other.code).exists()


def test_an_emergency_needs_two_holders(village):
    alarm = item(village, priority="emergency")
    with pytest.raises(NoStationKey):
        publish_schedule(village.unit, [alarm])
    for holder in ("Chủ tịch", "Trưởng đài"):
        issue_station_key(
            village.unit, by=SYSTEM, holder=holder, highest_priority=Priority.EMERGENCY
        )
    row = publish_schedule(village.unit, [alarm])
    assert judged(row, village).priority is Priority.EMERGENCY


def test_too_many_items_are_said_and_not_sent(village):
    with pytest.raises(SpeakerError):
        publish_schedule(village.unit, [item(village) for _n in range(501)])


def test_work_goes_on_without_the_root_key(village):
    (keys.root_folder() / "root.jwk").unlink()
    judged(publish_schedule(village.unit, [item(village)]), village)
    publish_assignment(BoxFactory(village=village))
    with pytest.raises(RootKeyMissing, match="cất ngoại tuyến"):
        issue_station_key(village.unit, by=SYSTEM)
    with pytest.raises(RootKeyMissing):
        revoke_station_key(StationKey.objects.first(), by=SYSTEM, reason="thử")


def test_a_revoked_key_is_distrusted_and_no_longer_used(village):
    row = publish_schedule(village.unit, [item(village)])
    for key in StationKey.objects.filter(unit=village.unit):
        revoke_station_key(key, by=SYSTEM, reason="mất máy")
    revocations = RetainedMessage.objects.get(topic="tm/1/revocations")
    listed = judged(revocations, village).body
    trust = Trust.in_root(keys.root_public()).with_revocations(listed)
    with pytest.raises(Refused) as refused:
        judged(row, village, trust=trust)
    assert refused.value.reason is RefusalReason.REVOKED
    with pytest.raises(NoStationKey):
        publish_schedule(village.unit, [])


def test_key_files_are_private(village):
    files = list((keys.root_folder()).glob("*")) + list(
        (keys.root_folder().parent / "stations").glob("*")
    )
    assert len(files) >= 3
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


def test_assignment_says_where_the_box_stands(village):
    village.languages = ["hmn", "vi"]
    village.save()
    box = BoxFactory(village=village, volume=55, quiet_hours=[{"start": "22:00", "end": "05:00"}])
    body = judged(publish_assignment(box), village, serial=box.serial).body
    assert body.areas == area_path(village)
    assert body.stations == area_path(village)[1:]
    assert body.languages == ["hmn", "vi"]
    assert (body.volume, body.quiet_hours[0].utc_offset) == (55, "+07:00")
