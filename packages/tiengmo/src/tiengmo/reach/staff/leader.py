"""The leader's page, its PDF and its workbook; and the villages that are missed again and again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.staticfiles import finders
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from wagtail.admin import messages

from tiengmo.foundation.printing import CannotPrint, typeset
from tiengmo.people.models import Role
from tiengmo.people.queries import has_role
from tiengmo.people.staff import carry_out, page
from tiengmo.places.queries import top_units, units_in_force
from tiengmo.reach.actions import set_goal
from tiengmo.reach.errors import ReachError
from tiengmo.reach.over_time import sites
from tiengmo.reach.over_time.report import report_of
from tiengmo.reach.over_time.stretch import stretch_of
from tiengmo.reach.over_time.workbook import as_xlsx
from tiengmo.reach.rights import works_in
from tiengmo.reach.staff.forms import GoalForm, SitesForm, StretchForm

if TYPE_CHECKING:
    import datetime as dt

    from django.db.models import QuerySet

    from tiengmo.people.models import User
    from tiengmo.people.staff import StaffRequest
    from tiengmo.places.models import Unit

ICON = "view"
MOST_BARS, MOST_BARS_PRINTED = 8, 18


@dataclass(frozen=True)
class Asked:
    """Which unit and which days somebody asked for; `form` says what was wrong with it."""

    form: StretchForm
    unit: Unit
    first: dt.date
    last: dt.date

    @property
    def query(self) -> str:
        return f"don-vi={self.unit.code}&tu={self.first.isoformat()}&den={self.last.isoformat()}"


def units_for(user: User) -> QuerySet[Unit]:
    """Units whose figures the person may read: where they work, and all below."""
    units = units_in_force().select_related("parent").order_by("parent_id", "name")
    return units if user.is_superuser else units.filter(pk__in=works_in(user))


def _asked(request: StaffRequest) -> Asked:
    units = units_for(request.user)
    tops = {unit.pk for unit in top_units()}
    home = getattr(request.user, "unit", None)
    first_choice = next(
        (unit for unit in units if home is not None and unit.pk == home.pk),
        next((unit for unit in units if unit.pk in tops), units.first()),
    )
    if first_choice is None:
        raise Http404
    form = StretchForm(request.GET or None, units=units, unit=first_choice)
    unit, first, last = form.chosen()
    return Asked(form, unit, first, last)


@require_GET
def leader(request: StaffRequest) -> HttpResponse:
    """One screen: a picture, then figures."""
    asked = _asked(request)
    report = report_of(asked.unit, asked.first, asked.last)
    return page(
        request,
        "reach/leader.html",
        title=_("Độ phủ thông tin"),
        icon=ICON,
        asked=asked,
        report=report,
        bars=report.bars[:MOST_BARS],
        bars_left=max(0, len(report.bars) - MOST_BARS),
        goal_form=GoalForm(goal=report.goal)
        if has_role(request.user, Role.APPROVER, asked.unit)
        else None,
    )


@require_GET
def leader_pdf(request: StaffRequest) -> HttpResponse:
    asked = _asked(request)
    report = report_of(asked.unit, asked.first, asked.last)
    context = {
        "asked": asked,
        "report": report,
        "bars": report.bars[:MOST_BARS_PRINTED],
        "bars_left": max(0, len(report.bars) - MOST_BARS_PRINTED),
        "printed": True,
    }
    html = render_to_string("reach/leader_print.html", context)
    try:
        pdf = typeset(html, str(finders.find("reach/print.css"))).write_pdf()
    except CannotPrint as error:
        messages.error(request, str(error))
        return redirect(f"{reverse('reach_leader')}?{asked.query}")
    return _file(pdf, "application/pdf", asked, "pdf")


@require_GET
def leader_xlsx(request: StaffRequest) -> HttpResponse:
    asked = _asked(request)
    book = as_xlsx(report_of(asked.unit, asked.first, asked.last))
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return _file(book, kind, asked, "xlsx")


def _file(content: Any, kind: str, asked: Asked, suffix: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    name = f"do-phu-{asked.unit.code}-{asked.first:%Y%m%d}-{asked.last:%Y%m%d}.{suffix}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


@require_GET
def again(request: StaffRequest) -> HttpResponse:
    """Villages that are missed again and again, and what one more of something would add."""
    asked = _asked(request)
    stretch = stretch_of(asked.unit, asked.first, asked.last)
    wanted = SitesForm(request.GET)
    chosen = wanted.chosen()
    return page(
        request,
        "reach/again.html",
        title=_("Thôn bị sót nhiều lần"),
        icon=ICON,
        trail=[(_("Độ phủ thông tin"), f"{reverse('reach_leader')}?{asked.query}")],
        asked=asked,
        stretch=stretch,
        wanted=wanted,
        plans=[
            (
                _("Thêm loa truyền thanh"),
                sites.loudspeakers(stretch, sites=chosen["loa"], km=chosen["loa_km"]),
            ),
            (
                _("Thêm tổ tuyên vận"),
                sites.teams(stretch, sites=chosen["to"], km=chosen["to_km"]),
            ),
        ],
    )


@require_POST
def goal(request: StaffRequest) -> HttpResponse:
    unit = units_for(request.user).filter(code=request.POST.get("unit", "")).first()
    if unit is None:
        raise Http404
    form = GoalForm(request.POST)
    if form.is_valid():
        carry_out(
            request,
            lambda: set_goal(unit, by=request.user, **form.cleaned_data),
            _("Đã ghi chỉ tiêu."),
            (ReachError,),
        )
    else:
        messages.error(request, _("Chỉ tiêu từ 0 đến 100 phần trăm."))
    return redirect(f"{reverse('reach_leader')}?don-vi={unit.code}")
