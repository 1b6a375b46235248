from datetime import timedelta

import pytest
from django.utils import timezone

from tiengmo.audit import SYSTEM
from tiengmo.broadcasting.actions import carry_stations_over
from tiengmo.broadcasting.models import PlayoutItem
from tiengmo.outbox.models import OutboxEntry
from tiengmo.places.queries import villages_in
from tiengmo.places.tests.factories import UnitFactory, VillageFactory

pytestmark = pytest.mark.django_db


def planned(station, minutes):
    start = timezone.now() + timedelta(minutes=minutes)
    return PlayoutItem.objects.create(
        station=station,
        title="Bản tin",
        areas=[station.code],
        start_at=start,
        start_before_at=start + timedelta(minutes=5),
        duration_ms=5000,
    )


def test_what_is_still_to_play_goes_on_from_the_successor_for_the_same_villages():
    old, new = UnitFactory(in_district=True), UnitFactory(in_district=True)
    villages = [VillageFactory(unit=old), VillageFactory(unit=old)]
    VillageFactory(unit=new)
    coming, played = planned(old, 30), planned(old, -60)
    carry_stations_over(predecessor=old, successor=new, by=SYSTEM)
    coming.refresh_from_db()
    played.refresh_from_db()
    assert coming.station == new
    assert played.station == old
    assert set(villages_in(coming.areas)) == set(villages)
    assert OutboxEntry.objects.filter(topic="station.publish", done_at=None).count() == 2
