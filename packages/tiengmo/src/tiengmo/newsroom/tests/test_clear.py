import pytest

from tiengmo.audit.models import AuditEntry
from tiengmo.newsroom.actions import clear_bulletin, edit_bulletin, submit_bulletin
from tiengmo.newsroom.errors import ChangedMeanwhile, NotPossible, NotReady, NotYours
from tiengmo.newsroom.workflow import Stage
from tiengmo.outbox.models import OutboxEntry
from tiengmo.people.models import Role, RoleAssignment
from tiengmo.people.tests.factories import UserFactory
from tiengmo.releases.models import Release
from tiengmo.voices.models import Sound

from .factories import fresh, latest, make_bulletin, submitted

pytestmark = pytest.mark.django_db


def clear(bulletin, by, revision_id=None):
    bulletin = fresh(bulletin)
    return clear_bulletin(bulletin, by=by, revision_id=revision_id or bulletin.latest_revision_id)


def test_a_colleague_clears_and_one_release_is_made(locality):
    bulletin = submitted(locality)
    clearing = clear(bulletin, locality.colleague)
    release = Release.objects.get()
    assert clearing.release == release
    assert release.source_version == str(bulletin.latest_revision_id)
    assert release.audience == [locality.here.code]
    assert release.cleared_by_name == str(locality.colleague)
    assert release.author_name == str(locality.member)
    rendition = release.renditions.get()
    assert rendition.script == bulletin.script
    assert rendition.opus_sha256
    after = fresh(bulletin)
    assert after.stage == Stage.CLEARED
    assert after.live
    assert OutboxEntry.objects.filter(topic="release.due").count() == 1
    assert AuditEntry.objects.filter(action="bulletin.cleared").count() == 1


def test_two_steps_two_people(locality):
    bulletin = submitted(locality, audience=[locality.top.code])
    first = clear(bulletin, locality.colleague)
    assert first.release is None
    assert first.next_unit == locality.top
    assert not Release.objects.exists()
    assert fresh(bulletin).stage == Stage.IN_REVIEW
    second = clear(bulletin, locality.top_approver)
    assert second.release == Release.objects.get()


def test_one_person_does_not_clear_two_steps(locality):
    RoleAssignment.objects.create(user=locality.colleague, role=Role.APPROVER, unit=locality.top)
    bulletin = submitted(locality, audience=[locality.top.code])
    clear(bulletin, locality.colleague)
    again = clear(bulletin, locality.colleague)
    assert again.was_done_before
    assert again.next_unit == locality.top
    assert not Release.objects.exists()


def test_whoever_is_needed_later_leaves_this_step_to_a_colleague(locality):
    RoleAssignment.objects.filter(user=locality.top_approver).delete()
    RoleAssignment.objects.create(user=locality.colleague, role=Role.APPROVER, unit=locality.top)
    second = UserFactory(approver=locality.here, is_demo_account=True)
    bulletin = submitted(locality, audience=[locality.top.code])
    with pytest.raises(NotYours, match="bước sau"):
        clear(bulletin, locality.colleague)
    clear(bulletin, second)
    assert clear(bulletin, locality.colleague).release is not None


def test_the_author_does_not_clear_even_as_an_approver(locality):
    RoleAssignment.objects.create(user=locality.member, role=Role.APPROVER, unit=locality.here)
    bulletin = submitted(locality)
    with pytest.raises(NotYours, match="không tự duyệt"):
        clear(bulletin, locality.member)


def test_whoever_edited_does_not_clear(locality):
    RoleAssignment.objects.create(user=locality.colleague, role=Role.EDITOR, unit=locality.here)
    UserFactory(approver=locality.here)
    bulletin = make_bulletin(locality)
    draft = latest(bulletin)
    draft.summary = "Sửa một chữ."
    edit_bulletin(draft, by=locality.colleague)
    submit_bulletin(fresh(bulletin), by=locality.member)
    with pytest.raises(NotYours, match="viết hoặc sửa"):
        clear(bulletin, locality.colleague)


def test_a_stranger_does_not_clear(locality):
    bulletin = submitted(locality)
    with pytest.raises(NotYours, match="Người duyệt"):
        clear(bulletin, locality.stranger)
    assert not Release.objects.exists()


def test_a_superuser_has_no_way_round(locality):
    root = UserFactory(is_superuser=True)
    bulletin = submitted(locality)
    with pytest.raises(NotYours):
        clear(bulletin, root)


def test_a_version_that_changed_meanwhile_is_not_cleared(locality):
    bulletin = submitted(locality)
    seen = bulletin.latest_revision_id
    draft = latest(bulletin)
    draft.headline = "Lịch tiêm phòng đã đổi"
    edit_bulletin(draft, by=locality.member)
    with pytest.raises(ChangedMeanwhile, match="đọc lại bản mới"):
        clear(bulletin, locality.colleague, revision_id=seen)
    assert not Release.objects.exists()


def test_a_draft_is_not_cleared(locality):
    bulletin = make_bulletin(locality)
    with pytest.raises(NotPossible, match="đang soạn"):
        clear(bulletin, locality.colleague)


def test_a_sound_still_being_made_waits(locality, unready):
    bulletin = submitted(locality)
    unready(bulletin)
    with pytest.raises(NotReady, match="đang được tạo"):
        clear(bulletin, locality.colleague)
    assert fresh(bulletin).stage == Stage.IN_REVIEW


def test_a_failed_sound_is_named(locality, unready):
    bulletin = submitted(locality)
    unready(bulletin, Sound.Status.FAILED)
    with pytest.raises(NotReady, match="không tạo được âm thanh"):
        clear(bulletin, locality.colleague)


def test_without_loudspeakers_a_sound_need_not_be_ready(locality, unready):
    bulletin = submitted(locality, channels=["portal"])
    unready(bulletin)
    release = clear(bulletin, locality.colleague).release
    assert release.renditions.get().opus_sha256 == ""


def test_wagtails_own_approve_leads_to_the_same_clearing(locality):
    bulletin = submitted(locality)
    step = bulletin.current_workflow_task_state
    task = step.task.specific
    assert task.get_actions(bulletin, locality.member) == []
    assert [name for name, *_ in task.get_actions(bulletin, locality.colleague)] == [
        "reject",
        "approve",
    ]
    task.on_action(step, locality.colleague, "approve")
    assert Release.objects.count() == 1
