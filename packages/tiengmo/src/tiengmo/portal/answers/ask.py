"""A citizen asks, and reads at an address of their own what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tiengmo.outreach.actions.questions import Contact, ask_question
from tiengmo.outreach.errors import BadQuestion, TooManyQuestions
from tiengmo.outreach.queries import by_secret, upcoming_events
from tiengmo.outreach.workflow import State
from tiengmo.places.queries import top_units
from tiengmo.portal import guard, refusals
from tiengmo.portal.answers.form import QuestionForm
from tiengmo.portal.frame import not_found, render

if TYPE_CHECKING:
    from tiengmo.outreach.models import Event
    from tiengmo.places.models import Unit

FORM = "hoi-dap"
LONGEST_SECRET = 64


@guard.form_page()
def ask(request: HttpRequest) -> HttpResponse:
    """Show the form, take it, or say in place what is missing; the person's words are kept."""
    event = _event(request.POST.get("su-kien", "") or request.GET.get("su-kien", ""))
    if request.method != "POST":
        initial = {"unit": request.GET.get("don-vi", "") or (event.unit.code if event else "")}
        return _form(QuestionForm(initial=initial), event)
    form = QuestionForm(request.POST)
    if not form.is_valid():
        return _form(form, event, status=400)
    verdict = guard.judge(request, FORM)
    if verdict:
        form.add_error(None, str(verdict))
        return _form(form, event, status=verdict.status)
    told = form.cleaned_data
    unit: Unit | None = told["unit"] or (event.unit if event else None) or _top()
    if unit is None:
        return not_found(request)
    try:
        _question, secret = ask_question(
            topic=told["topic"],
            unit=unit,
            title=told["title"],
            text=told["text"],
            contact=Contact(told["name"], told["phone"], told["email"], told["shows_name"]),
            event=event,
        )
    except BadQuestion as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return _form(form, event, status=400)
    except TooManyQuestions as error:
        form.add_error(None, str(error))
        return _form(form, event, status=429)
    return HttpResponseRedirect(f"/hoi-dap/cua-toi/{secret}/")


def _form(form: QuestionForm, event: Event | None, status: int = 200) -> HttpResponse:
    context = {"form": form, "event": event, "guard": guard.fields(FORM)}
    return render("answers/ask", context, status=status)


def _event(slug: str) -> Event | None:
    """The coming event that a question is asked for, if the address names one."""
    return upcoming_events().filter(slug=slug[:110]).first() if slug else None


def _top() -> Unit | None:
    return next(iter(top_units()), None)


def own(request: HttpRequest, secret: str) -> HttpResponse:
    """The asker's own page: how far their question is, or why it is not taken up."""
    if request.method not in ("GET", "HEAD"):
        return refusals.wrong_method("GET, HEAD")
    question = by_secret(secret) if len(secret) <= LONGEST_SECRET else None
    if question is None:
        answer = not_found(request)
    else:
        address = f"{settings.PUBLIC_URL}/hoi-dap/cua-toi/{secret}/"
        steps = (
            (_("Đã nhận"), State.RECEIVED),
            (_("Cơ quan đang xử lý"), State.ASSIGNED),
            (_("Câu trả lời đang chờ duyệt"), State.ANSWERED),
            (_("Đã trả lời công khai"), State.PUBLISHED),
        )
        context = {"question": question, "address": address, "steps": steps}
        answer = render("answers/own", context)
    # Whoever has the address has the page: no copy anywhere, nothing to a site that is linked to.
    answer["Cache-Control"] = "no-store"
    answer["Referrer-Policy"] = "no-referrer"
    answer["X-Robots-Tag"] = "noindex"
    return answer
