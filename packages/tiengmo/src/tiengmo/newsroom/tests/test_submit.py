import pytest
from wagtail.models import TaskState

from tiengmo.audit.models import AuditEntry
from tiengmo.newsroom import review
from tiengmo.newsroom.actions import submit_bulletin
from tiengmo.newsroom.errors import NobodyQualifies, NotPossible, NotReady
from tiengmo.newsroom.workflow import Stage
from tiengmo.people.errors import NotAllowed
from tiengmo.people.models import Role, RoleAssignment
from tiengmo.people.tests.factories import UserFactory

from .factories import fresh, make_bulletin, submitted

pytestmark = pytest.mark.django_db


def waiting_unit(bulletin):
    return review.current_step(fresh(bulletin)).task.specific.unit


def test_an_editor_submits_to_the_own_unit(locality):
    bulletin = make_bulletin(locality)
    route = submit_bulletin(bulletin, by=locality.member)
    assert route == [locality.here]
    assert fresh(bulletin).stage == Stage.IN_REVIEW
    assert waiting_unit(bulletin) == locality.here
    assert AuditEntry.objects.get(action="bulletin.submitted").actor_name == str(locality.member)


def test_a_wider_audience_also_passes_the_unit_that_contains_it(locality):
    bulletin = make_bulletin(locality, audience=[locality.here.code, locality.there.code])
    assert submit_bulletin(bulletin, by=locality.member) == [locality.here, locality.top]
    assert waiting_unit(bulletin) == locality.here


def test_an_audience_elsewhere_passes_the_unit_there(locality):
    bulletin = make_bulletin(locality, audience=[locality.far_village.code])
    assert submit_bulletin(bulletin, by=locality.member) == [locality.here, locality.there]


def test_a_smaller_audience_inside_the_own_unit_is_its_own_business(locality):
    bulletin = make_bulletin(locality, by=locality.top_editor, audience=[locality.village.code])
    assert submit_bulletin(bulletin, by=locality.top_editor) == [locality.top]


def test_at_the_top_a_second_person_there(locality):
    both = UserFactory(editor=locality.top)
    RoleAssignment.objects.create(user=both, role=Role.APPROVER, unit=locality.top)
    bulletin = make_bulletin(locality, by=both, audience=[locality.top.code])
    submit_bulletin(bulletin, by=both)
    assert review.refusal_for(fresh(bulletin), both) == "author"
    assert review.refusal_for(fresh(bulletin), locality.top_approver) is None


def test_when_nobody_qualifies_the_editor_is_told_whom_to_appoint(locality):
    RoleAssignment.objects.filter(user=locality.colleague).delete()
    bulletin = make_bulletin(locality)
    with pytest.raises(NobodyQualifies) as refused:
        submit_bulletin(bulletin, by=locality.member)
    assert "Người duyệt" in str(refused.value)
    assert locality.here.name in str(refused.value)
    assert fresh(bulletin).stage == Stage.DRAFT
    assert not TaskState.objects.exists()


def test_one_person_for_two_steps_is_not_enough(locality):
    RoleAssignment.objects.filter(user=locality.top_approver).delete()
    RoleAssignment.objects.create(user=locality.colleague, role=Role.APPROVER, unit=locality.top)
    bulletin = make_bulletin(locality, audience=[locality.top.code])
    with pytest.raises(NobodyQualifies) as refused:
        submit_bulletin(bulletin, by=locality.member)
    assert locality.top.name in str(refused.value)


def test_a_colleague_without_the_editors_role_may_not_submit(locality):
    bulletin = make_bulletin(locality)
    with pytest.raises(NotAllowed):
        submit_bulletin(bulletin, by=locality.colleague)


def test_a_stranger_may_not_submit(locality):
    bulletin = make_bulletin(locality)
    with pytest.raises(NotAllowed):
        submit_bulletin(bulletin, by=UserFactory(editor=locality.there))


def test_what_is_missing_is_named(locality):
    bulletin = make_bulletin(locality, audience=[], channels=[])
    with pytest.raises(NotReady) as refused:
        submit_bulletin(bulletin, by=locality.member)
    assert refused.value.problems == ["Chưa chọn nơi nhận tin.", "Chưa chọn kênh phát hành."]


def test_a_second_submit_changes_nothing(locality):
    bulletin = submitted(locality)
    with pytest.raises(NotPossible, match="chờ duyệt"):
        submit_bulletin(bulletin, by=locality.member)
    assert TaskState.objects.count() == 1
