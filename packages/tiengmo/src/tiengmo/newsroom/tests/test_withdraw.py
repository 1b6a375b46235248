import pytest

from tiengmo.newsroom.actions import (
    clear_bulletin,
    edit_bulletin,
    submit_bulletin,
    withdraw_bulletin,
)
from tiengmo.newsroom.errors import NotPossible, NotReady
from tiengmo.newsroom.workflow import Stage
from tiengmo.people.errors import NotAllowed
from tiengmo.releases.models import Release

from .factories import cleared, fresh, latest, make_bulletin

pytestmark = pytest.mark.django_db


def test_a_colleague_withdraws_with_a_reason(locality):
    bulletin = cleared(locality)
    withdraw_bulletin(bulletin, by=locality.colleague, reason="Sai ngày tiêm.")
    release = Release.objects.get()
    assert release.status == Release.Status.WITHDRAWN
    assert release.withdrawal_reason == "Sai ngày tiêm."
    assert fresh(bulletin).stage == Stage.WITHDRAWN
    assert not fresh(bulletin).live


def test_someone_above_may_withdraw(locality):
    bulletin = cleared(locality)
    withdraw_bulletin(bulletin, by=locality.top_approver, reason="Sai ngày tiêm.")
    assert Release.objects.get().withdrawn_by_name == str(locality.top_approver)


def test_the_writer_and_a_stranger_may_not(locality):
    bulletin = cleared(locality)
    for person in (locality.member, locality.stranger):
        with pytest.raises(NotAllowed):
            withdraw_bulletin(bulletin, by=person, reason="Sai ngày.")
    assert Release.objects.get().status != Release.Status.WITHDRAWN


def test_a_reason_is_asked_for(locality):
    with pytest.raises(NotReady, match="lý do"):
        withdraw_bulletin(cleared(locality), by=locality.colleague, reason=" ")


def test_nothing_out_nothing_to_withdraw(locality):
    with pytest.raises(NotPossible):
        withdraw_bulletin(make_bulletin(locality), by=locality.colleague, reason="Sai.")


def test_a_newer_draft_stays_and_can_go_out_later(locality):
    bulletin = cleared(locality)
    draft = latest(bulletin)
    draft.headline = "Bản sửa ngày tiêm"
    edit_bulletin(draft, by=locality.member)
    withdraw_bulletin(bulletin, by=locality.colleague, reason="Sai ngày tiêm.")
    now = fresh(bulletin)
    assert now.stage == Stage.DRAFT
    assert latest(bulletin).headline == "Bản sửa ngày tiêm"
    submit_bulletin(now, by=locality.member)
    now = fresh(bulletin)
    clear_bulletin(now, by=locality.colleague, revision_id=now.latest_revision_id)
    assert Release.objects.exclude(status=Release.Status.WITHDRAWN).count() == 1
