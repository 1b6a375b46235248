"""Pages of the technician: the morning's test round, a box's log, volume by the hour."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tiengmo.people.errors import NotAllowed
from tiengmo.people.models import Role
from tiengmo.people.queries import has_role, units_below, units_where
from tiengmo.places.queries import units_in_force
from tiengmo.speakers.actions.commands import ask_for_log, self_test
from tiengmo.speakers.errors import SpeakerError
from tiengmo.speakers.labels import FINDINGS
from tiengmo.speakers.models import TestRound, VolumeProfile
from tiengmo.speakers.technician.profiles import profile_of, read_hours, write_hours
from tiengmo.speakers.technician.test_round import plan_of_each_unit, plan_test_round
from tiengmo.speakers.technician.volume_hours import set_volume_hours

from . import board as boards
from .forms import TestPlanForm, VolumeHoursForm
from .health import _plain

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from tiengmo.places.models import Unit

ON_A_PAGE = 50
ANSWERS = {"good", "faulty", "none", "waiting"}


def answer_names() -> dict[str, str]:
    return {
        "good": _("tốt"),
        "faulty": _("có lỗi"),
        "none": _("không trả lời"),
        "waiting": _("đang chờ"),
    }


# --- the test round -----------------------------------------------------------------------


def _rounds(user: Any) -> QuerySet[TestRound]:
    """Rounds of units where the person sees a box; a round above holds the person's boxes too."""
    seen = boards.boxes_for(user).values("pk")
    return TestRound.objects.filter(answers__box__in=seen).distinct()


def rounds(request: HttpRequest) -> HttpResponse:
    """List the test rounds, and say when they are (technicians)."""
    user: Any = request.user
    units = _technician_units(user)
    form = TestPlanForm(request.POST or None, units=units)
    if request.method == "POST" and form.is_valid():
        try:
            plan_test_round(
                form.cleaned_data["unit"],
                by=user,
                at=form.cleaned_data["at"],
                is_silent=form.cleaned_data["is_silent"],
                is_on=form.cleaned_data["is_on"],
            )
        except NotAllowed as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Đã lưu giờ kiểm tra hằng ngày."))
            return redirect("speakers_rounds")
    now = timezone.now()
    seen = boards.boxes_for(user).values("pk")
    listed = _rounds(user).annotate(
        asked=Count("answers", filter=Q(answers__box__in=seen), distinct=True),
        good=Count(
            "answers", filter=Q(answers__box__in=seen, answers__is_good=True), distinct=True
        ),
        faulty=Count(
            "answers", filter=Q(answers__box__in=seen, answers__is_good=False), distinct=True
        ),
    )
    listed = listed.select_related("unit").order_by("-on", "unit__name")
    page = Paginator(listed, ON_A_PAGE).get_page(request.GET.get("page"))
    rows: list[Any] = list(page)
    for one in rows:
        one.unanswered = one.asked - one.good - one.faulty
        one.is_open = now < one.closes_at
    plans = plan_of_each_unit()
    visible = {unit.pk: unit for unit in boards.visible_units(user)}
    named = {plan.unit_id: plan for pk, plan in plans.items() if pk in visible}
    context = {
        "page": page,
        "rows": rows,
        "form": form,
        "may_plan": bool(units),
        "plans": [(unit, named[unit.pk]) for unit in units_in_force().filter(pk__in=named)],
    }
    return render(request, "speakers/rounds.html", context)


def _technician_units(user: Any) -> QuerySet[Unit]:
    units = units_in_force().order_by("level", "name")
    if user.is_superuser:
        return units
    return units.filter(pk__in=units_below(units_where(user, Role.TECHNICIAN)))


@require_GET
def round_report(request: HttpRequest, pk: int) -> HttpResponse:
    """Show who answered a round and who did not; the same as CSV."""
    user: Any = request.user
    one = get_object_or_404(_rounds(user), pk=pk)
    now = timezone.now()
    answers = [
        (answer, answer.state(now), [FINDINGS.get(name, name) for name in answer.findings])
        for answer in one.answers.filter(box__in=boards.boxes_for(user).values("pk"))
        .select_related("box__village__unit", "round")
        .order_by("box__village__unit__name", "box__name")
    ]
    if request.GET.get("format") == "csv":
        return _round_csv(one, answers)
    counts = {name: sum(1 for row in answers if row[1] == name) for name in answer_names()}
    state = request.GET.get("state", "")
    if state in ANSWERS:
        answers = [row for row in answers if row[1] == state]
    else:
        state = ""
        order = ["faulty", "none", "waiting", "good"]
        answers.sort(key=lambda row: order.index(row[1]))
    context = {
        "round": one,
        "page": Paginator(answers, ON_A_PAGE).get_page(request.GET.get("page")),
        "counts": [(name, label, counts[name]) for name, label in answer_names().items()],
        "names": answer_names(),
        "state": state,
        "query": f"state={state}",
    }
    return render(request, "speakers/round.html", context)


def _round_csv(one: TestRound, answers: list[Any]) -> HttpResponse:
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="kiem-tra-loa-{one.on}.csv"'
    response.write("\ufeff")
    rows = csv.writer(response)
    names = answer_names()
    rows.writerow(
        [_("Số máy"), _("Cụm loa"), _("Thôn"), _("Xã"), _("Kết quả"), _("Lỗi"), _("Trả lời lúc")]
    )
    for answer, state, findings in answers:
        box = answer.box
        at = timezone.localtime(answer.answered_at).isoformat() if answer.answered_at else ""
        rows.writerow(
            [
                box.serial,
                _plain(box.name),
                _plain(str(box.village)),
                _plain(str(box.village.unit)),
                names[state],
                "; ".join(str(finding) for finding in findings),
                at,
            ]
        )
    return response


@require_POST
def test_now(request: HttpRequest, serial: str) -> HttpResponse:
    """Have one box test itself now; the result stands among its commands."""
    user: Any = request.user
    box = get_object_or_404(boards.boxes_for(user), pk=serial)
    try:
        self_test(box, by=user, is_silent=request.POST.get("silent") == "1")
    except (NotAllowed, SpeakerError) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Đã gửi lệnh tự kiểm tra."))
    return redirect("speakers_box", serial)


# --- the box's log ------------------------------------------------------------------------


def log(request: HttpRequest, serial: str) -> HttpResponse:
    """Ask a box for its log, and show what it sent."""
    user: Any = request.user
    box = get_object_or_404(boards.boxes_for(user), pk=serial)
    if request.method == "POST":
        try:
            ask_for_log(box, by=user)
        except (NotAllowed, SpeakerError) as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Đã yêu cầu nhật ký; máy gửi trong vài giây khi có mạng."))
        return redirect("speakers_log", serial)
    asked = box.commands.filter(command="send_log").prefetch_related("log_parts")
    page = Paginator(asked, 1).get_page(request.GET.get("page"))
    command = next(iter(page), None)
    parts = list(command.log_parts.all()) if command else []
    context = {
        "box": box,
        "page": page,
        "command": command,
        "lines": [line for part in parts for line in part.lines],
        "is_whole": bool(parts) and len(parts) == parts[0].parts,
        "may_ask": has_role(user, Role.TECHNICIAN, box.village.unit) and not box.is_retired,
        "query": "",
    }
    return render(request, "speakers/log.html", context)


# --- volume by the hour -------------------------------------------------------------------


def volume_hours(request: HttpRequest) -> HttpResponse:
    """List the volume profiles of units and boxes, and set one of a unit."""
    user: Any = request.user
    units = units_in_force().order_by("level", "name")
    if not user.is_superuser:
        units = units.filter(pk__in=units_below(units_where(user, Role.OPERATOR)))
    code = request.GET.get("unit", "")
    unit = units.filter(code=code).first() if code else None
    box = None
    if request.GET.get("box"):
        box = get_object_or_404(boards.boxes_for(user), pk=request.GET["box"])
    place = box or unit
    may_set = place is not None and has_role(user, Role.OPERATOR, box.village.unit if box else unit)
    form = None
    if place is not None:
        own = VolumeProfile.objects.filter(**({"box": box} if box else {"unit": unit})).first()
        form = VolumeHoursForm(
            request.POST or None, initial={"hours": write_hours(own.hours) if own else ""}
        )
        if request.method == "POST" and form.is_valid():
            try:
                set_volume_hours(place, read_hours(form.cleaned_data["hours"]), by=user)
            except (NotAllowed, SpeakerError) as error:
                messages.error(request, str(error))
            else:
                messages.success(request, _("Đã lưu âm lượng theo giờ; loa nhận ngay khi có mạng."))
                return redirect(f"{request.path}?{request.GET.urlencode()}")
    visible = boards.boxes_for(user).values("pk")
    shown_units = boards.visible_units(user).values("pk")
    profiles = VolumeProfile.objects.filter(Q(box__in=visible) | Q(unit__in=shown_units))
    context = {
        "profiles": profiles.select_related("unit", "box__village__unit").order_by(
            "unit__level", "unit__name", "box__name"
        ),
        "units": units,
        "unit": unit,
        "box": box,
        "form": form,
        "may_set": may_set,
        "inherited": profile_of(box) if box else None,
    }
    return render(request, "speakers/volume_hours.html", context)
