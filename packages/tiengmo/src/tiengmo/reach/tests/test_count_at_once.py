"""The worker and somebody's page count one bulletin at the same moment."""

import threading
import uuid

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from tiengmo.places.tests.factories import UnitFactory, VillageFactory
from tiengmo.reach.over_time import tallies
from tiengmo.reach.queries import reach_of
from tiengmo.releases.actions import record_receipt
from tiengmo.releases.tests.factories import DeliveryFactory, ReleaseFactory

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        "postgresql" not in settings.DATABASES["default"]["ENGINE"],
        reason="SQLite locks the whole file: only on PostgreSQL do two transactions meet in a row",
    ),
]


def test_an_older_count_never_takes_the_place_of_a_newer_one(monkeypatch):
    unit = UnitFactory(top=True)
    village = VillageFactory(unit=unit, households=100)
    release = ReleaseFactory(unit=unit, released=True)
    sheets = DeliveryFactory(release=release, village=village, channel="printed")
    has_read, may_write = threading.Event(), threading.Event()

    def slow(found):
        reach = reach_of(found)
        if not has_read.is_set():
            has_read.set()
            may_write.wait(60)
        return reach

    monkeypatch.setattr(tallies, "reach_of", slow)

    def count():
        try:
            tallies.count(release)
        finally:
            connection.close()

    page, worker = threading.Thread(target=count), threading.Thread(target=count)
    page.start()
    assert has_read.wait(60)
    # News comes in without waiting for the count.
    record_receipt(
        sheets,
        key=uuid.uuid4().hex,
        kind="given",
        at=timezone.now(),
        method="rounds",
        village=village,
        language="vi",
        households=(20, 20),
    )
    worker.start()
    worker.join(1)
    may_write.set()
    for thread in (page, worker):
        thread.join(60)
        assert not thread.is_alive()
    (row,) = tallies.table(tallies.Tally.objects.get()).tolist()
    assert tuple(row[1:3]) == (20, 20)
    assert not tallies.uncounted().exists()
