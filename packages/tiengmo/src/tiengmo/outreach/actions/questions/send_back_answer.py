from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.outreach.actions.checks import locked, stated
from tiengmo.outreach.errors import OutreachError
from tiengmo.outreach.rights import require_publisher
from tiengmo.outreach.workflow import State

if TYPE_CHECKING:
    from tiengmo.audit.actors import Process
    from tiengmo.outreach.models import Question
    from tiengmo.people.models import User


def send_back_answer(question: Question, *, by: User | Process, reason: str) -> Question:
    """Give an answer back to those who wrote it, with what is to be better.

    Raises NotAllowed, OutreachError (no reason, or no answer waits).
    """
    reason = stated(reason)
    with transaction.atomic():
        row = locked(question, to=State.ASSIGNED)
        if row.state != State.ANSWERED:
            raise OutreachError(_("Câu hỏi này chưa có câu trả lời chờ duyệt."))
        require_publisher(by, row.unit)
        row.state, row.note = State.ASSIGNED, reason
        row.save(update_fields=["state", "note"])
        record("outreach.answer_sent_back", by=by, subject=row, detail={"unit": row.unit.code})
    return row
