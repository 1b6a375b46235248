"""What the search knows of questions and events: those that citizens see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiengmo.search.entries import Entry

from .queries import public_events, published_questions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .models import Answer, Event, Question

ANSWER, EVENT = "answer", "event"


def ref_of(subject: Question | Event) -> str:
    return f"outreach.{subject._meta.model_name}:{subject.pk}"


def entry_of_question(question: Question, answer: Answer) -> Entry:
    return Entry(
        ref=ref_of(question),
        kind=ANSWER,
        url=question.url,
        title=question.public_title,
        body=f"{question.public_text}\n{answer.text}",
        unit_code=answer.unit.code,
        unit_name=answer.unit_name,
        date=answer.published_at,
        keywords=f"hỏi đáp {question.topic.name}",
    )


def entry_of_event(event: Event) -> Entry:
    return Entry(
        ref=ref_of(event),
        kind=EVENT,
        url=event.url,
        title=event.title,
        body="\n".join(filter(None, [event.summary, event.place, event.programme, event.minutes])),
        unit_code=event.unit.code,
        unit_name=event.unit.name,
        date=event.start_at,
        keywords=f"{event.get_kind_display()} {event.chair}",
    )


def question_entries(*, topic: int | None = None) -> Iterator[Entry]:
    """Every published answer, for a rebuilt index; or those about one topic."""
    rows = published_questions() if topic is None else published_questions().filter(topic=topic)
    for question in rows.prefetch_related("answers__unit").iterator(500):
        yield entry_of_question(question, _current(question))


def event_entries() -> Iterator[Entry]:
    for event in public_events().iterator(500):
        yield entry_of_event(event)


def _current(question: Question) -> Answer:
    return next(one for one in question.answers.all() if one.published_at is not None)
