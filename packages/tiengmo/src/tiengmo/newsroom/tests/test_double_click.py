import pytest

from tiengmo.newsroom.actions import clear_bulletin, withdraw_bulletin
from tiengmo.newsroom.errors import NewsroomError
from tiengmo.outbox.models import OutboxEntry
from tiengmo.releases.models import Release

from .factories import cleared, fresh, submitted


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
