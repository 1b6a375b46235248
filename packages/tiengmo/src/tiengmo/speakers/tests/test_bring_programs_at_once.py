"""A report that comes while the worker looks at a deployment is not written over."""

import threading
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from tiengmo.speakers.models import Installation, InstallState
from tiengmo.speakers.updates.step import step_deployments

from .programs import begin, ordered, tell

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        "postgresql" not in settings.DATABASES["default"]["ENGINE"],
        reason="SQLite locks the whole file: only on PostgreSQL do two transactions meet in a row",
    ),
]


def test_a_report_and_the_worker_meet_in_one_row(village, release, fleet):
    release()
    deployment = begin(village)
    step_deployments()
    (one,) = ordered(deployment)
    tell(one, "installing")
    # So long ago that the worker would take it for failed.
    Installation.objects.filter(pk=one.pk).update(changed_at=timezone.now() - timedelta(minutes=36))
    is_written, may_end = threading.Event(), threading.Event()

    def report():
        with transaction.atomic():
            tell(one, "confirmed")
            is_written.set()
            may_end.wait(90)
        connection.close()

    def look():
        step_deployments()
        connection.close()

    reporting, looking = threading.Thread(target=report), threading.Thread(target=look)
    reporting.start()
    assert is_written.wait(90)
    looking.start()
    looking.join(1.0)
    assert looking.is_alive(), "the worker waits for the row"
    may_end.set()
    for thread in (reporting, looking):
        thread.join(90)
        assert not thread.is_alive()
    one.refresh_from_db()
    deployment.refresh_from_db()
    assert (one.state, deployment.state) == (InstallState.CONFIRMED, "running")
