from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from tiengmo.audit.actions import record
from tiengmo.audit.actors import SYSTEM
from tiengmo.outreach.events import question_changed
from tiengmo.outreach.models import Question
from tiengmo.outreach.rules import REMEMBERED

AT_ONCE = 500


def erase_contacts() -> int:
    """Forget who asked, 90 days after closing: name, telephone, e-mail and their own first words.

    What was published (the edited question and its answer) stays, without the asker's name. Gives
    how many questions were erased now; call again while it gives some.
    """
    now = timezone.now()
    with transaction.atomic():
        due = list(
            Question.objects.select_for_update(of=("self",)).filter(
                erased_at=None, closed_at__lt=now - REMEMBERED
            )[:AT_ONCE]
        )
        named = [question for question in due if question.shows_name and question.published_at]
        Question.objects.filter(pk__in=[question.pk for question in due]).update(
            asker_name="",
            asker_phone="",
            asker_email="",
            shows_name=False,
            title="",
            text="",
            note="",
            fingerprint="",
            erased_at=now,
        )
        for question in named:
            question_changed.send(Question, question=question)
        if due:
            record(
                "outreach.contacts_erased",
                by=SYSTEM,
                subject="outreach",
                detail={"questions": [question.pk for question in due]},
            )
    return len(due)
