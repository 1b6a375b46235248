"""What lower apps announce, and what outreach answers them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from tiengmo.audit.actions import record

from .models import Event, Question
from .workflow import OPEN

if TYPE_CHECKING:
    from tiengmo.audit.actors import Process
    from tiengmo.people.models import User
    from tiengmo.places.models import Unit


def on_unit_succeeded(
    *, predecessor: Unit, successor: Unit, by: User | Process, **_rest: Any
) -> None:
    """What waits for an answer, and what is still to come, goes on with the successor.

    What was answered or has taken place keeps the name of who did it.
    """
    questions = Question.objects.filter(unit=predecessor, state__in=OPEN)
    coming = Event.objects.filter(unit=predecessor, end_at__gte=timezone.now())
    moved = questions.update(unit=successor), coming.update(unit=successor)
    if any(moved):
        record(
            "outreach.carried_over",
            by=by,
            subject=successor,
            detail={"from": predecessor.code, "questions": moved[0], "events": moved[1]},
        )
