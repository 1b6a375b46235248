"""Copies of question pages that are out of date once an answer changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tiengmo.outreach.events import question_changed
from tiengmo.portal.caching import purge

if TYPE_CHECKING:
    from tiengmo.outreach.models import Question


def connect() -> None:
    question_changed.connect(on_question_changed, dispatch_uid="portal.answers.question_changed")


def on_question_changed(*, question: Question, **_rest: Any) -> None:
    topic = f"/hoi-dap/chu-de/{question.topic.code}/"
    purge("/", question.url, "/hoi-dap/", topic, f"/xa/{question.unit.code}/")
