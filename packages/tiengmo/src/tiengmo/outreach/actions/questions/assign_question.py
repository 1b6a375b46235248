from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.outreach.actions.checks import locked
from tiengmo.outreach.errors import OutreachError
from tiengmo.outreach.rights import require_handler
from tiengmo.outreach.rules import tidy_line
from tiengmo.outreach.workflow import State
from tiengmo.places.queries import units_in_force

if TYPE_CHECKING:
    from tiengmo.audit.actors import Process
    from tiengmo.outreach.models import Question, Topic
    from tiengmo.people.models import User
    from tiengmo.places.models import Unit


def assign_question(
    question: Question,
    *,
    by: User | Process,
    unit: Unit,
    topic: Topic | None = None,
    note: str = "",
) -> Question:
    """Give a question to the unit that has to answer it, one's own or any other.

    Raises NotAllowed (not a handler where it lies now), OutreachError (a unit that has ended, a
    question that is closed).
    """
    with transaction.atomic():
        row = locked(question, to=State.ASSIGNED)
        require_handler(by, row.unit)
        if not units_in_force().filter(pk=unit.pk).exists():
            raise OutreachError(_("Đơn vị này không còn hoạt động."))
        if row.erased_at is not None:
            raise OutreachError(_("Nội dung câu hỏi này đã xoá theo hạn lưu."))
        before = row.unit
        row.unit, row.state, row.note = unit, State.ASSIGNED, tidy_line(note)[:500]
        row.topic = topic or row.topic
        row.reason, row.closed_at = "", None
        row.save(update_fields=["unit", "state", "note", "topic", "reason", "closed_at"])
        record(
            "outreach.question_assigned",
            by=by,
            subject=row,
            detail={"from": before.code, "to": unit.code, "topic": row.topic.code},
        )
    return row
