"""What every act on a question or an event does first, and tells afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from tiengmo.outreach.entries import entry_of_event, entry_of_question, ref_of
from tiengmo.outreach.errors import OutreachError
from tiengmo.outreach.events import event_changed, question_changed
from tiengmo.outreach.models import Event, Question
from tiengmo.outreach.rules import tidy_line
from tiengmo.outreach.workflow import State, may_move
from tiengmo.search.actions import drop, put

if TYPE_CHECKING:
    from tiengmo.outreach.models import Answer


def locked(question: Question, *, to: State) -> Question:
    """The question's row under a lock, if it may still move there; call inside a transaction."""
    row = (
        Question.objects.select_for_update(of=("self",))
        .select_related("unit", "topic")
        .get(pk=question.pk)
    )
    if not may_move(row.state, to):
        raise OutreachError(
            _("Câu hỏi này hiện ở trạng thái “%(state)s”: việc này không làm được nữa.")
            % {"state": row.get_state_display()}
        )
    return row


def locked_event(event: Event) -> Event:
    return Event.objects.select_for_update(of=("self",)).select_related("unit").get(pk=event.pk)


def stated(reason: str, most: int = 500) -> str:
    """A reason as it is kept. Raises OutreachError where none is given."""
    reason = tidy_line(reason)
    if not reason:
        raise OutreachError(_("Hãy ghi lý do: người gửi sẽ đọc được."))
    return reason[:most]


def follow_question(question: Question, answer: Answer | None = None) -> None:
    """Bring search and listeners to what citizens now see of a question."""
    if question.state == State.PUBLISHED and answer is not None:
        put([entry_of_question(question, answer)])
    else:
        drop([ref_of(question)])
    question_changed.send(Question, question=question)


def follow_event(event: Event) -> None:
    if event.is_public:
        put([entry_of_event(event)])
    else:
        drop([ref_of(event)])
    event_changed.send(Event, event=event)
