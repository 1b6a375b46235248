"""Somebody reports work at the moment at which the bulletin is taken back."""

import threading
import time
import uuid

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from tiengmo.audit.actions import record
from tiengmo.people.tests.factories import UserFactory
from tiengmo.places.tests.factories import UnitFactory, VillageFactory
from tiengmo.reach.actions import assign, report_assignment
from tiengmo.reach.actions.cancel_assignment import cancel_all
from tiengmo.reach.errors import ReachError
from tiengmo.reach.models import Act, Assignment
from tiengmo.releases.models import Release
from tiengmo.releases.tests.factories import ReleaseFactory, RenditionFactory

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        "postgresql" not in settings.DATABASES["default"]["ENGINE"],
        reason="SQLite locks the whole file: only on PostgreSQL do two transactions meet in a row",
    ),
]


def test_the_report_waits_for_the_withdrawal_and_is_told():
    unit = UnitFactory(top=True)
    release = ReleaseFactory(unit=unit, released=True)
    RenditionFactory(release=release, language="vi")
    approver = UserFactory(approver=unit)
    village = VillageFactory(unit=unit, households=30)
    today = timezone.localdate()
    work = assign(release, village, act=Act.VISIT, by=approver, due_on=today)
    told = []

    def report():
        try:
            report_assignment(
                work,
                by=approver,
                receipt_id=uuid.uuid4(),
                on=today,
                households=5,
                language="vi",
            )
        except ReachError as error:
            told.append(str(error))
        finally:
            connection.close()

    reporting = threading.Thread(target=report)
    with transaction.atomic():
        # As withdraw_release does it: the release, the chain's head, then the work.
        locked = Release.objects.select_for_update().get(pk=release.pk)
        record("release.withdrawn", by=approver, subject=locked)
        reporting.start()
        _until_somebody_waits()
        cancel_all(locked, by=approver, why="Bản tin đã gỡ.")
    reporting.join(60)
    assert not reporting.is_alive()
    assert told == ["Việc này đã báo xong hoặc đã huỷ."]
    work.refresh_from_db()
    assert work.state == Assignment.State.CANCELLED


def _until_somebody_waits():
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.05)
    raise AssertionError("the report never came to wait")
