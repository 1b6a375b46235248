"""Reads of questions and events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from .models import Answer, Event, Question, Topic
from .rights import visible
from .rules import secret_hash
from .workflow import OPEN, EventState, State

if TYPE_CHECKING:
    from tiengmo.people.models import User


def topics() -> QuerySet[Topic]:
    return Topic.objects.filter(is_closed=False)


def published_questions() -> QuerySet[Question]:
    """Answered in public and standing, newest answer first."""
    return (
        Question.objects.filter(state=State.PUBLISHED)
        .select_related("topic", "unit")
        .order_by("-published_at", "-pk")
    )


def counted_topics() -> list[tuple[Topic, int]]:
    """Topics with how many published answers each has; those without any are left out."""
    published = Count("questions", filter=Q(questions__state=State.PUBLISHED))
    rows = Topic.objects.annotate(number=published).filter(number__gt=0).order_by("order", "name")
    return [(topic, topic.number) for topic in rows]


def public_answers(question: Question) -> list[Answer]:
    """The standing answer first, then those it corrected."""
    return list(question.answers.exclude(published_at=None).order_by("-published_at", "-pk"))


def by_secret(secret: str) -> Question | None:
    """The question whose asker's own address this is."""
    return (
        Question.objects.filter(secret_hash=secret_hash(secret))
        .select_related("topic", "unit")
        .first()
    )


def public_events() -> QuerySet[Event]:
    """Events that citizens see: published, or cancelled after they had been."""
    return (
        Event.objects.exclude(state=EventState.DRAFT)
        .exclude(published_at=None)
        .select_related("unit")
    )


def upcoming_events() -> QuerySet[Event]:
    return public_events().filter(end_at__gte=timezone.now()).order_by("start_at", "pk")


def past_events() -> QuerySet[Event]:
    return public_events().filter(end_at__lt=timezone.now()).order_by("-start_at", "-pk")


def questions_for(user: User) -> QuerySet[Question]:
    """Questions that the person handles: those of their units, and below."""
    return Question.objects.filter(visible(user)).select_related("topic", "unit")


def events_for(user: User) -> QuerySet[Event]:
    return Event.objects.filter(visible(user)).select_related("unit")


@dataclass(frozen=True)
class Waiting:
    """How much waits for somebody's work."""

    received: int
    assigned: int
    answered: int
    overdue: int

    @property
    def total(self) -> int:
        return self.received + self.assigned + self.answered


def waiting_for(user: User) -> Waiting:
    """Count what is open in the person's units, in one query."""
    today = timezone.localdate()
    counted = (
        questions_for(user)
        .filter(state__in=OPEN)
        .order_by()
        .aggregate(
            received=Count("pk", filter=Q(state=State.RECEIVED)),
            assigned=Count("pk", filter=Q(state=State.ASSIGNED)),
            answered=Count("pk", filter=Q(state=State.ANSWERED)),
            overdue=Count("pk", filter=Q(due_on__lt=today)),
        )
    )
    return Waiting(**counted)
