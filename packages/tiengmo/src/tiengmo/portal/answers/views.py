"""Questions that were answered in public."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.paginator import Paginator

from tiengmo.outreach.models import Question, Topic
from tiengmo.outreach.queries import counted_topics, public_answers, published_questions
from tiengmo.outreach.workflow import State
from tiengmo.portal.caching import public_page
from tiengmo.portal.frame import not_found, render

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

A_PAGE = 20
# What no database's integer holds is no question's number.
LARGEST = 2**63 - 1


@public_page
def answers(request: HttpRequest, code: str = "") -> HttpResponse:
    """Published answers, newest first, of all topics or of one."""
    questions = published_questions()
    topic = None
    if code:
        topic = Topic.objects.filter(code=code).first()
        if topic is None:
            return not_found(request)
        questions = questions.filter(topic=topic)
    page = Paginator(questions, A_PAGE).get_page(request.GET.get("trang"))
    return render(
        "answers/list",
        {"page": page, "questions": page.object_list, "topic": topic, "topics": counted_topics()},
    )


@public_page
def answer(request: HttpRequest, number: int) -> HttpResponse:
    """One question with its answer; 410 with the reason where it was taken back."""
    question = (
        Question.objects.filter(pk=min(number, LARGEST), published_at__isnull=False)
        .select_related("topic", "unit", "event")
        .first()
    )
    if question is None:
        return not_found(request)
    if question.state == State.WITHDRAWN:
        return render("answers/withdrawn", {"question": question}, status=410)
    standing, *earlier = public_answers(question)
    return render(
        "answers/answer",
        {
            "question": question,
            "answer": standing,
            "earlier": earlier,
            "asker": question.asker_name if question.shows_name else "",
        },
    )
