"""The demo's questions with their answers, and its events: all of them invented."""

from __future__ import annotations

import csv
from datetime import datetime, time, timedelta
from itertools import starmap
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from tiengmo.audit import SYSTEM
from tiengmo.audit.actions import record
from tiengmo.broadcasting.rules.recurrence import holiday_name
from tiengmo.outreach import rules
from tiengmo.outreach.entries import event_entries, question_entries
from tiengmo.outreach.models import Answer, Event, Question, Topic
from tiengmo.outreach.workflow import EventState, State
from tiengmo.places.queries import units_in_force
from tiengmo.search.actions import put

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiengmo.places.models import Unit

DATA = Path(__file__).parent / "data"
AUTHOR, PUBLISHER = "Lý Thị Mẩy", "Nguyễn Văn Thắng"
ANSWERED_AFTER = timedelta(days=6)
Row = dict[str, str]


def ensure_outreach() -> int:
    """Put questions and events where there are none yet; give how many were put."""
    units = {unit.code: unit for unit in units_in_force()}
    if not units or Question.objects.exists() or Event.objects.exists():
        return 0
    topics = {topic.code: topic for topic in Topic.objects.all()}
    answered = _rows("questions.csv", units)
    waiting = _rows("questions_waiting.csv", units)
    events = _rows("events.csv", units)
    with transaction.atomic():
        # Dialogues' own questions are asked ahead of them by citizens: none is made up here.
        made = [_answered(row, units, topics) for row in answered]
        Question.objects.bulk_create(made)
        Question.objects.bulk_create([_waiting(row, units, topics) for row in waiting])
        Answer.objects.bulk_create(starmap(_answer, zip(made, answered, strict=True)))
        Event.objects.bulk_create([_event(row, units) for row in events])
        put(question_entries())
        put(event_entries())
        number = len(answered) + len(waiting) + len(events)
        record("outreach.demo", by=SYSTEM, subject="demo", detail={"rows": number})
    return number


def _rows(name: str, units: Mapping[str, Unit]) -> list[Row]:
    """Rows of a file whose units exist today: after a merger some no longer do."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["unit"] in units]


def _asked(row: Row, units: Mapping[str, Unit], topics: Mapping[str, Topic]) -> Question:
    received_at = timezone.now() - timedelta(days=int(row["days_ago"]))
    return Question(
        topic=topics[row["topic"]],
        unit=units[row["unit"]],
        title=row["title"],
        text=row["text"],
        secret_hash=rules.secret_hash(rules.new_secret()),
        fingerprint=rules.fingerprint(row["title"], row["text"]),
        received_at=received_at,
        due_on=rules.due_on(timezone.localdate(received_at), holiday_name),
        is_invented=True,
    )


def _answered(row: Row, units: Mapping[str, Unit], topics: Mapping[str, Topic]) -> Question:
    question = _asked(row, units, topics)
    # What is told is when it was answered: it had been asked some days before.
    question.published_at = question.closed_at = question.received_at
    question.received_at -= ANSWERED_AFTER
    question.state = State.PUBLISHED
    question.public_title, question.public_text = row["title"], row["text"]
    return question


def _answer(question: Question, row: Row) -> Answer:
    return Answer(
        question=question,
        text=row["answer"],
        unit=question.unit,
        unit_name=question.unit.name,
        signer=row["signer"],
        author_id="demo",
        author_name=AUTHOR,
        written_at=question.published_at,
        publisher_name=PUBLISHER,
        published_at=question.published_at,
    )


def _waiting(row: Row, units: Mapping[str, Unit], topics: Mapping[str, Topic]) -> Question:
    question = _asked(row, units, topics)
    question.state = State(row["state"])
    question.asker_name = row["name"]
    return question


def _event(row: Row, units: Mapping[str, Unit]) -> Event:
    day = timezone.localdate() + timedelta(days=int(row["days"]))
    start_at = timezone.make_aware(datetime.combine(day, time(int(row["hour"]))))
    end_at = start_at + timedelta(hours=int(row["hours"]))
    return Event(
        kind=row["kind"],
        state=EventState.PUBLISHED,
        unit=units[row["unit"]],
        slug=rules.slug_of(row["title"], day),
        title=row["title"],
        summary=row["summary"],
        programme=row["programme"].replace("||", "\n"),
        place=row["place"],
        start_at=start_at,
        end_at=end_at,
        chair=row["chair"],
        minutes=row["minutes"],
        minutes_at=end_at + timedelta(days=1) if row["minutes"] else None,
        editor_id="demo",
        editor_name=AUTHOR,
        publisher_name=PUBLISHER,
        published_at=min(timezone.now(), start_at - timedelta(days=7)),
        is_invented=True,
    )
