import pytest

from tiengmo.newsroom import review
from tiengmo.newsroom.actions import clear_bulletin, edit_bulletin, submit_bulletin
from tiengmo.newsroom.errors import NotPossible
from tiengmo.newsroom.workflow import Stage
from tiengmo.people.models import Role, RoleAssignment
from tiengmo.people.tests.factories import UserFactory
from tiengmo.releases.models import Release

from .factories import cleared, fresh, latest

pytestmark = pytest.mark.django_db


def edited(bulletin, by, headline="Lịch tiêm phòng: đổi sang ngày 6/8"):
    draft = latest(bulletin)
    draft.headline = headline
    edit_bulletin(draft, by=by)
    return fresh(bulletin)


def test_an_edit_leaves_the_release_as_it_was_cleared(locality):
    bulletin = cleared(locality)
    after = edited(bulletin, locality.member)
    assert after.stage == Stage.DRAFT
    assert after.live
    assert after.headline == "Lịch tiêm phòng cho trẻ em tháng 8"
    assert latest(bulletin).headline == "Lịch tiêm phòng: đổi sang ngày 6/8"
    assert Release.objects.get().title == "Lịch tiêm phòng cho trẻ em tháng 8"


def test_the_edit_needs_clearing_again_and_makes_a_second_release(locality):
    bulletin = cleared(locality)
    after = edited(bulletin, locality.member)
    with pytest.raises(NotPossible):
        clear_bulletin(after, by=locality.colleague, revision_id=after.latest_revision_id)
    submit_bulletin(after, by=locality.member)
    now = fresh(bulletin)
    clear_bulletin(now, by=locality.colleague, revision_id=now.latest_revision_id)
    assert Release.objects.count() == 2
    assert fresh(bulletin).headline == "Lịch tiêm phòng: đổi sang ngày 6/8"


def test_the_same_version_is_not_submitted_twice(locality):
    bulletin = cleared(locality)
    with pytest.raises(NotPossible, match="đã duyệt"):
        submit_bulletin(bulletin, by=locality.member)


def test_only_those_who_wrote_since_the_last_clearing_are_kept_from_the_next(locality):
    RoleAssignment.objects.create(user=locality.member, role=Role.APPROVER, unit=locality.here)
    second = UserFactory(editor=locality.here)
    bulletin = cleared(locality)
    after = edited(bulletin, second)
    submit_bulletin(after, by=second)
    assert review.authors_since_clearing(after) == {second.pk}
    assert review.refusal_for(fresh(bulletin), locality.member) is None
    assert review.refusal_for(fresh(bulletin), locality.colleague) is None


def test_the_stage_is_not_carried_back_by_an_old_version(locality):
    bulletin = cleared(locality)
    first = bulletin.revisions.order_by("pk").first().as_object()
    assert first.stage == Stage.CLEARED
