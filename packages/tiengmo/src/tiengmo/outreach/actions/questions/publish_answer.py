from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.audit.actors import id_and_name
from tiengmo.outreach.actions.checks import follow_question, locked
from tiengmo.outreach.errors import OutreachError
from tiengmo.outreach.rights import require_publisher
from tiengmo.outreach.workflow import State

if TYPE_CHECKING:
    from tiengmo.audit.actors import Process
    from tiengmo.outreach.models import Answer, Question
    from tiengmo.people.models import User


def publish_answer(question: Question, *, by: User | Process, answer_id: int) -> Answer:
    """Put the answer that was read on the portal, with the unit that answers and the day.

    `answer_id` names the very words that the approver saw. Raises NotAllowed, OutreachError (one's
    own answer, or it was rewritten or published meanwhile).
    """
    with transaction.atomic():
        row = locked(question, to=State.PUBLISHED)
        require_publisher(by, row.unit)
        answer = row.answers.select_related("unit").filter(published_at=None).first()
        if answer is None or answer.pk != answer_id:
            raise OutreachError(_("Câu trả lời đã được sửa sau khi bạn mở trang. Hãy đọc lại."))
        by_id, by_name = id_and_name(by)
        if answer.author_id == by_id:
            raise OutreachError(_("Người viết không tự duyệt câu trả lời của mình."))
        now = timezone.now()
        answer.publisher_name, answer.published_at = by_name, now
        answer.save(update_fields=["publisher_name", "published_at"])
        is_first = row.published_at is None
        row.state = State.PUBLISHED
        row.published_at = row.published_at or now
        row.closed_at = row.closed_at or now
        row.save(update_fields=["state", "published_at", "closed_at"])
        record(
            "outreach.answer_published" if is_first else "outreach.answer_corrected",
            by=by,
            subject=row,
            detail={"unit": row.unit.code, "author": answer.author_name, "answer": answer.pk},
        )
        follow_question(row, answer)
    return answer
