from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.audit.actors import id_and_name
from tiengmo.outreach.actions.checks import locked, stated
from tiengmo.outreach.errors import OutreachError
from tiengmo.outreach.models import Answer
from tiengmo.outreach.rights import require_editor
from tiengmo.outreach.rules import tidy_text
from tiengmo.outreach.workflow import State

if TYPE_CHECKING:
    from tiengmo.audit.actors import Process
    from tiengmo.outreach.models import Question
    from tiengmo.people.models import User


def correct_answer(question: Question, *, by: User | Process, text: str, correction: str) -> Answer:
    """Write a published answer anew, saying what was wrong; an approver then publishes it.

    Until then the earlier one stands; afterwards it stays readable below. Raises NotAllowed,
    OutreachError (no words, no reason, nothing published).
    """
    text, correction = tidy_text(text), stated(correction)
    if not text:
        raise OutreachError(_("Hãy ghi câu trả lời."))
    with transaction.atomic():
        row = locked(question, to=State.PUBLISHED)
        if row.state != State.PUBLISHED:
            raise OutreachError(_("Câu trả lời chưa công bố: hãy sửa thẳng, không cần đính chính."))
        require_editor(by, row.unit)
        author_id, author_name = id_and_name(by)
        row.answers.filter(published_at=None).delete()
        standing = row.answers.first()
        answer = Answer.objects.create(
            question=row,
            text=text,
            unit=row.unit,
            unit_name=row.unit.name,
            signer=standing.signer if standing else "",
            author_id=author_id,
            author_name=author_name,
            correction=correction,
        )
        record("outreach.correction_written", by=by, subject=row, detail={"what": correction})
    return answer
