from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from tiengmo.audit.actions import record
from tiengmo.outreach.actions.checks import locked, stated
from tiengmo.outreach.rights import require_handler
from tiengmo.outreach.workflow import State

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tiengmo.audit.actors import Process
    from tiengmo.outreach.models import Question
    from tiengmo.people.models import User


def refuse_question(question: Question, *, by: User | Process, reason: str) -> Question:
    """Do not take a question up, and say why: the asker reads it at their own address.

    Raises NotAllowed, OutreachError (no reason, or too late).
    """
    reason = stated(reason)
    with transaction.atomic():
        row = locked(question, to=State.REFUSED)
        require_handler(by, row.unit)
        row.state, row.reason, row.closed_at = State.REFUSED, reason, timezone.now()
        row.save(update_fields=["state", "reason", "closed_at"])
        record(
            "outreach.question_refused",
            by=by,
            subject=row,
            detail={"unit": row.unit.code, "reason": reason},
        )
    return row


def refuse_questions(questions: Iterable[Question], *, by: User | Process, reason: str) -> int:
    """Refuse many for one reason (advertisements, the same sentence again), all or none."""
    number = 0
    with transaction.atomic():
        for question in questions:
            refuse_question(question, by=by, reason=reason)
            number += 1
    return number
