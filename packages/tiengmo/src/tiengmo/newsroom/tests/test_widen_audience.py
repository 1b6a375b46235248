import pytest
from wagtail.models import WorkflowState

from tiengmo.newsroom import review
from tiengmo.newsroom.actions import clear_bulletin, edit_bulletin
from tiengmo.newsroom.errors import RouteChanged
from tiengmo.newsroom.workflow import Stage
from tiengmo.people.models import RoleAssignment
from tiengmo.people.tests.factories import UserFactory
from tiengmo.places.tests.factories import UnitFactory
from tiengmo.releases.models import Release

from .factories import cleared, fresh, latest, submitted

pytestmark = pytest.mark.django_db


def send_to(bulletin, codes, by):
    draft = latest(bulletin)
    draft.audience = codes
    return edit_bulletin(draft, by=by)


def route(bulletin):
    return review.units_of(fresh(bulletin).current_workflow_state)


def test_widening_during_review_starts_the_wider_route(locality):
    bulletin = submitted(locality)
    assert route(bulletin) == [locality.here]
    edit = send_to(bulletin, [locality.top.code], locality.member)
    assert edit.review_restarted
    assert route(bulletin) == [locality.here, locality.top]
    assert WorkflowState.objects.filter(status="in_progress").count() == 1


def test_widening_after_the_first_step_asks_the_first_step_again(locality):
    bulletin = submitted(locality, audience=[locality.here.code, locality.there.code])
    clear_bulletin(bulletin, by=locality.colleague, revision_id=bulletin.latest_revision_id)
    assert review.current_step(fresh(bulletin)).task.specific.unit == locality.top
    send_to(bulletin, [locality.top.code], locality.member)
    assert review.current_step(fresh(bulletin)).task.specific.unit == locality.here
    assert review.refusal_for(fresh(bulletin), locality.colleague) is None


def test_narrowing_starts_the_shorter_route(locality):
    bulletin = submitted(locality, audience=[locality.top.code])
    send_to(bulletin, [locality.village.code], locality.member)
    assert route(bulletin) == [locality.here]


def test_widening_after_clearing_needs_the_wider_route(locality):
    bulletin = cleared(locality)
    send_to(bulletin, [locality.top.code], locality.member)
    now = fresh(bulletin)
    assert now.stage == Stage.DRAFT
    assert review.route_of(latest(bulletin)) == [locality.here, locality.top]
    assert Release.objects.get().audience == [locality.here.code]


def test_when_nobody_can_clear_the_wider_route_it_leaves_review_and_says_why(locality):
    RoleAssignment.objects.filter(user=locality.top_approver).delete()
    bulletin = submitted(locality)
    edit = send_to(bulletin, [locality.top.code], locality.member)
    assert not edit.review_restarted
    assert locality.top.name in edit.review_stopped_because
    now = fresh(bulletin)
    assert now.stage == Stage.DRAFT
    assert now.current_workflow_state is None


def test_a_route_that_changed_under_a_waiting_bulletin_is_noticed_at_clearing(locality):
    """The units changed, not the bulletin: its commune now lies under another one."""
    between = UnitFactory(parent=locality.top, level="ward")
    UserFactory(approver=between, is_demo_account=True)
    bulletin = submitted(locality, audience=[locality.here.code, locality.there.code])
    locality.here.parent = locality.there.parent = between
    locality.here.save()
    locality.there.save()
    with pytest.raises(RouteChanged, match="bắt đầu lại"):
        clear_bulletin(bulletin, by=locality.colleague, revision_id=bulletin.latest_revision_id)
    assert route(bulletin) == [locality.here, between]
    assert not Release.objects.exists()
