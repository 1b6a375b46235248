"""Questions as staff handle them: what waits, one question, and every act on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from tiengmo.outreach.actions import questions as acts
from tiengmo.outreach.queries import questions_for, waiting_for
from tiengmo.outreach.rights import edited_by, handled_by, published_by
from tiengmo.outreach.workflow import CLOSED, OPEN, State

from .common import A_PAGE, attempt, page
from .forms import AnswerForm, AssignForm, CorrectionForm

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpResponse

    from tiengmo.outreach.models import Question
    from tiengmo.people.staff import StaffRequest

ICON = "help"
# A flood is cleared away by the hundred.
AT_ONCE = 100
SHOWN = ("mo", "qua-han", "moi", "dang-xu-ly", "cho-duyet", "da-xong")


def questions(request: StaffRequest) -> HttpResponse:
    """What is open, the most urgent first; or one of the other lists."""
    shown = request.GET.get("xem", "")
    shown = shown if shown in SHOWN else "mo"
    rows = _listed(questions_for(request.user), shown)
    return page(
        request,
        "questions",
        title=_("Hỏi đáp"),
        icon=ICON,
        shown=shown,
        waiting=waiting_for(request.user),
        questions=Paginator(rows, AT_ONCE if shown == "moi" else A_PAGE).get_page(
            request.GET.get("trang")
        ),
        may_refuse=shown == "moi",
    )


def _listed(rows: QuerySet[Question], shown: str) -> QuerySet[Question]:
    if shown == "da-xong":
        return rows.filter(state__in=CLOSED).order_by("-closed_at", "-pk")
    states = {
        "moi": [State.RECEIVED],
        "dang-xu-ly": [State.ASSIGNED],
        "cho-duyet": [State.ANSWERED],
    }.get(shown, list(OPEN))
    rows = rows.filter(state__in=states).order_by("due_on", "pk")
    return rows.filter(due_on__lt=timezone.localdate()) if shown == "qua-han" else rows


def question(request: StaffRequest, pk: int) -> HttpResponse:
    """One question: what was asked, who may be called, what was answered, what can be done now."""
    row = get_object_or_404(questions_for(request.user).select_related("event"), pk=pk)
    return _show(request, row)


def _show(request: StaffRequest, row: Question, *, status: int = 200, **forms: Any) -> HttpResponse:
    user = request.user
    handles = row.unit_id in handled_by(user)
    edits, publishes = row.unit_id in edited_by(user), row.unit_id in published_by(user)
    answers = list(row.answers.select_related("unit"))
    draft = next((one for one in answers if one.published_at is None), None)
    standing = next((one for one in answers if one.published_at is not None), None)
    own = draft is not None and draft.author_id == str(user.pk)
    may_assign = handles and row.state not in (State.PUBLISHED, State.WITHDRAWN)
    may_answer = edits and row.state in (State.ASSIGNED, State.ANSWERED)
    may_correct = edits and row.state == State.PUBLISHED
    context = {
        "question": row,
        "draft": draft,
        "standing": standing,
        "is_own_draft": own,
        "assign": AssignForm(question=row) if may_assign and not row.erased_at else None,
        "answer": AnswerForm(initial=_words(row, draft)) if may_answer else None,
        "correction": CorrectionForm(initial={"text": standing.text})
        if may_correct and standing
        else None,
        "may_refuse": handles and row.is_open,
        "may_publish": publishes
        and draft is not None
        and not own
        and row.state in (State.ANSWERED, State.PUBLISHED),
        "may_send_back": publishes and row.state == State.ANSWERED,
        "may_withdraw": publishes and row.state == State.PUBLISHED,
    }
    answer = page(
        request,
        "question",
        title=str(row),
        icon=ICON,
        trail=[(_("Hỏi đáp"), reverse("outreach_questions"))],
        **(context | forms),
    )
    answer.status_code = status
    return answer


def _words(row: Question, draft: Any) -> dict[str, str]:
    return {
        "public_title": row.public_title or row.title,
        "public_text": row.public_text or row.text,
        "text": draft.text if draft else "",
        "signer": draft.signer if draft else "",
    }


@require_POST
def act(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    """Do one thing to a question; what was typed stands again where it was refused."""
    row = get_object_or_404(questions_for(request.user), pk=pk)
    user, posted = request.user, request.POST
    if verb == "chuyen":
        form = AssignForm(posted, question=row)
        if not form.is_valid():
            return _show(request, row, status=400, assign=form)
        done = attempt(
            request,
            lambda: acts.assign_question(row, by=user, **form.cleaned_data),
            _("Đã giao câu hỏi."),
        )
        # It may now lie with a unit whose questions this person does not see.
        if done and form.cleaned_data["unit"].pk not in handled_by(user):
            return redirect("outreach_questions")
    elif verb == "tra-loi":
        answer = AnswerForm(posted)
        if not answer.is_valid() or not attempt(
            request,
            lambda: acts.answer_question(row, by=user, **answer.cleaned_data),
            _("Đã lưu câu trả lời, đang chờ duyệt."),
        ):
            return _show(request, row, status=400, answer=answer)
    elif verb == "dinh-chinh":
        correction = CorrectionForm(posted)
        if not correction.is_valid() or not attempt(
            request,
            lambda: acts.correct_answer(row, by=user, **correction.cleaned_data),
            _("Đã lưu bản đính chính, đang chờ duyệt."),
        ):
            return _show(request, row, status=400, correction=correction)
    else:
        _plain(request, row, verb)
    return redirect("outreach_question", pk)


def _plain(request: StaffRequest, row: Question, verb: str) -> None:
    """Acts that need no form of several fields."""
    user, reason = request.user, request.POST.get("reason", "")
    if verb == "tu-choi":
        attempt(
            request,
            lambda: acts.refuse_question(row, by=user, reason=reason),
            _("Đã từ chối; người gửi đọc được lý do."),
        )
    elif verb == "tra-lai":
        attempt(
            request,
            lambda: acts.send_back_answer(row, by=user, reason=reason),
            _("Đã trả lại để sửa."),
        )
    elif verb == "go":
        attempt(request, lambda: acts.withdraw_answer(row, by=user, reason=reason), _("Đã gỡ."))
    elif verb == "cong-bo":
        given = request.POST.get("answer", "")
        number = int(given) if given.isascii() and given.isdigit() else 0
        attempt(
            request,
            lambda: acts.publish_answer(row, by=user, answer_id=number),
            _("Đã công bố trên cổng thông tin."),
        )
    else:
        raise Http404


@require_POST
def refuse_many(request: StaffRequest) -> HttpResponse:
    """Refuse everything that was ticked, for one reason: how a flood is cleared away."""
    ticked = [
        int(pk) for pk in request.POST.getlist("pk")[:AT_ONCE] if pk.isascii() and pk.isdigit()
    ]
    rows = list(questions_for(request.user).filter(pk__in=ticked))
    reason = request.POST.get("reason", "")
    told = ngettext("Đã từ chối %(n)d câu hỏi.", "Đã từ chối %(n)d câu hỏi.", len(rows))
    if rows:
        attempt(
            request,
            lambda: acts.refuse_questions(rows, by=request.user, reason=reason),
            told % {"n": len(rows)},
        )
    return redirect(f"{reverse('outreach_questions')}?xem=moi")
