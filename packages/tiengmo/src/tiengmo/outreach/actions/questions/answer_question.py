from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.audit.actors import id_and_name
from tiengmo.outreach.actions.checks import locked
from tiengmo.outreach.errors import OutreachError
from tiengmo.outreach.models import Answer
from tiengmo.outreach.rights import require_editor
from tiengmo.outreach.rules import tidy_line, tidy_text
from tiengmo.outreach.workflow import State

if TYPE_CHECKING:
    from tiengmo.audit.actors import Process
    from tiengmo.outreach.models import Question
    from tiengmo.people.models import User


def answer_question(
    question: Question,
    *,
    by: User | Process,
    text: str,
    public_title: str,
    public_text: str,
    signer: str = "",
) -> Answer:
    """Write the answer, and what of the question the public will read; an approver publishes it.

    Written again before it is published, it is replaced. Raises NotAllowed, OutreachError (nothing
    written, a question nobody has taken up, or one that is closed).
    """
    text, public_text = tidy_text(text), tidy_text(public_text)
    public_title = tidy_line(public_title)[:200]
    if not text or not public_title:
        raise OutreachError(_("Hãy ghi câu trả lời và câu hỏi khi công bố."))
    with transaction.atomic():
        row = locked(question, to=State.ANSWERED)
        require_editor(by, row.unit)
        author_id, author_name = id_and_name(by)
        row.answers.filter(published_at=None).delete()
        answer = Answer.objects.create(
            question=row,
            text=text,
            unit=row.unit,
            unit_name=row.unit.name,
            signer=tidy_line(signer)[:200],
            author_id=author_id,
            author_name=author_name,
        )
        row.public_title, row.public_text, row.state = public_title, public_text, State.ANSWERED
        row.reason = ""
        row.save(update_fields=["public_title", "public_text", "state", "reason"])
        record("outreach.question_answered", by=by, subject=row, detail={"unit": row.unit.code})
    return answer
