import threading

import pytest
from django.db import connection

from tiengmo.newsroom.actions import clear_bulletin, withdraw_bulletin
from tiengmo.newsroom.errors import NewsroomError
from tiengmo.outbox.models import OutboxEntry
from tiengmo.releases.models import Release

from .factories import Locality, cleared, fresh, submitted


@pytest.mark.django_db
def test_the_second_click_gives_the_outcome_of_the_first(locality):
    bulletin = submitted(locality)
    version = bulletin.latest_revision_id
    first = clear_bulletin(bulletin, by=locality.colleague, revision_id=version)
    second = clear_bulletin(bulletin, by=locality.colleague, revision_id=version)
    assert not first.was_done_before
    assert second.was_done_before
    assert second.release == first.release
    assert Release.objects.count() == 1
    assert OutboxEntry.objects.filter(topic="release.due").count() == 1


@pytest.mark.django_db
def test_the_second_click_on_withdraw_is_told_plainly(locality):
    bulletin = cleared(locality)
    withdraw_bulletin(bulletin, by=locality.colleague, reason="Sai ngày.")
    with pytest.raises(NewsroomError, match="đã gỡ"):
        withdraw_bulletin(fresh(bulletin), by=locality.colleague, reason="Sai ngày.")
    assert OutboxEntry.objects.filter(topic="release.withdrawn").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_time_make_one_release():
    locality = Locality()
    bulletin = submitted(locality)
    start = threading.Barrier(2)
    outcomes = []

    def click():
        try:
            start.wait(timeout=5)
            outcomes.append(
                clear_bulletin(
                    bulletin, by=locality.colleague, revision_id=bulletin.latest_revision_id
                )
            )
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len(outcomes) == 2
    assert {outcome.release.pk for outcome in outcomes} == {Release.objects.get().pk}
    assert sorted(outcome.was_done_before for outcome in outcomes) == [False, True]
