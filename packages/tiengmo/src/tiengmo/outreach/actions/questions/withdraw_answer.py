from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from tiengmo.audit.actions import record
from tiengmo.outreach.actions.checks import follow_question, locked, stated
from tiengmo.outreach.rights import require_publisher
from tiengmo.outreach.workflow import State

if TYPE_CHECKING:
    from tiengmo.audit.actors import Process
    from tiengmo.outreach.models import Question
    from tiengmo.people.models import User


def withdraw_answer(question: Question, *, by: User | Process, reason: str) -> Question:
    """Take a published answer off the portal; its address then says so with the reason.

    Raises NotAllowed, OutreachError (no reason, or nothing is published).
    """
    reason = stated(reason)
    with transaction.atomic():
        row = locked(question, to=State.WITHDRAWN)
        require_publisher(by, row.unit)
        row.state, row.reason = State.WITHDRAWN, reason
        row.closed_at = row.closed_at or timezone.now()
        row.save(update_fields=["state", "reason", "closed_at"])
        record(
            "outreach.answer_withdrawn",
            by=by,
            subject=row,
            detail={"unit": row.unit.code, "reason": reason},
        )
        follow_question(row)
    return row
