import pytest

from tiengmo.newsroom.actions import (
    clear_bulletin,
    edit_bulletin,
    send_back_bulletin,
    submit_bulletin,
)
from tiengmo.newsroom.errors import NotPossible, NotReady, NotYours
from tiengmo.newsroom.workflow import Stage
from tiengmo.releases.models import Release

from .factories import fresh, latest, make_bulletin, submitted

pytestmark = pytest.mark.django_db


def test_a_colleague_sends_it_back_with_a_comment(locality):
    bulletin = submitted(locality)
    send_back_bulletin(bulletin, by=locality.colleague, comment="Thiếu giờ tiêm.")
    assert fresh(bulletin).stage == Stage.SENT_BACK
    state = fresh(bulletin).current_workflow_state
    assert state.current_task_state.comment == "Thiếu giờ tiêm."


def test_it_is_corrected_submitted_again_and_cleared(locality):
    bulletin = submitted(locality)
    send_back_bulletin(bulletin, by=locality.colleague, comment="Thiếu giờ tiêm.")
    draft = latest(bulletin)
    draft.script += " Bắt đầu lúc 7 giờ."
    edit_bulletin(draft, by=locality.member)
    assert fresh(bulletin).stage == Stage.SENT_BACK
    submit_bulletin(fresh(bulletin), by=locality.member)
    now = fresh(bulletin)
    clear_bulletin(now, by=locality.colleague, revision_id=now.latest_revision_id)
    assert Release.objects.get().renditions.get().script.endswith("7 giờ.")


@pytest.mark.parametrize("comment", ["", "   ", "👎", "\x00"])
def test_a_comment_is_asked_for(locality, comment):
    bulletin = submitted(locality)
    with pytest.raises(NotReady, match="ghi ý kiến"):
        send_back_bulletin(bulletin, by=locality.colleague, comment=comment)


def test_the_member_who_wrote_it_and_a_stranger_do_not(locality):
    bulletin = submitted(locality)
    for person in (locality.member, locality.stranger):
        with pytest.raises(NotYours):
            send_back_bulletin(bulletin, by=person, comment="Không.")


def test_a_draft_is_not_sent_back(locality):
    bulletin = make_bulletin(locality)
    with pytest.raises(NotPossible):
        send_back_bulletin(bulletin, by=locality.colleague, comment="Không.")
