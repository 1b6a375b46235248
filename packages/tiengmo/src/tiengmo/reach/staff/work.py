"""Work given: what is mine, what is my unit's, what is late; and how it is reported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.paginator import Paginator
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from wagtail.admin import messages

from tiengmo.people.staff import attempt, carry_out, page
from tiengmo.reach import actions
from tiengmo.reach.errors import ReachError
from tiengmo.reach.models import Assignment
from tiengmo.reach.queries import work_for
from tiengmo.reach.rights import gives_in, may_report
from tiengmo.reach.staff.forms import ReceiptForm

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from tiengmo.people.staff import StaffRequest

A_PAGE = 30
ICON = "tasks"
MINE, OPEN, LATE, ENDED = "cua-toi", "chua-xong", "qua-han", "da-xong"


@require_GET
def work(request: StaffRequest) -> HttpResponse:
    shown = request.GET.get("xem", OPEN)
    rows = work_for(request.user)
    is_open = Q(state=Assignment.State.OPEN)
    choices = {
        MINE: (_("Giao cho tôi"), rows.filter(is_open, person=request.user)),
        OPEN: (_("Chưa xong"), rows.filter(is_open)),
        LATE: (_("Quá hạn"), rows.filter(is_open, due_on__lt=timezone.localdate())),
        ENDED: (_("Đã xong, đã huỷ"), rows.exclude(is_open).order_by("-ended_at")),
    }
    if shown not in choices:
        shown = OPEN
    found = Paginator(choices[shown][1], A_PAGE).get_page(request.GET.get("trang"))
    units = gives_in(request.user)
    return page(
        request,
        "reach/work.html",
        title=_("Việc giao tới thôn"),
        icon=ICON,
        shown=shown,
        choices=[(code, label, rows.count()) for code, (label, rows) in choices.items()],
        found=found,
        rows=[
            {
                "work": one,
                "form": ReceiptForm(assignment=one)
                if one.state == Assignment.State.OPEN and may_report(request.user, one)
                else None,
                "may_cancel": one.state == Assignment.State.OPEN and one.village.unit_id in units,
            }
            for one in found
        ],
    )


def report(request: StaffRequest, pk: UUID) -> HttpResponse:
    """The receipt: what was done, on a page of its own where something must be mended."""
    row = get_object_or_404(work_for(request.user), pk=pk)
    form = ReceiptForm(request.POST or None, assignment=row)
    if request.method == "POST" and form.is_valid():
        done = attempt(
            request,
            lambda: actions.report_assignment(row, by=request.user, **form.cleaned_data),
            (ReachError,),
            form,
        )
        if done is not None:
            messages.success(request, _("Đã ghi kết quả."))
            return redirect("reach_release", row.release_id)
    return page(
        request,
        "reach/report.html",
        title=_("Báo kết quả"),
        icon=ICON,
        trail=[(_("Việc giao tới thôn"), reverse("reach_work"))],
        work=row,
        form=form,
    )


@require_POST
def cancel(request: StaffRequest, pk: UUID) -> HttpResponse:
    row = get_object_or_404(work_for(request.user), pk=pk)
    carry_out(
        request,
        lambda: actions.cancel_assignment(row, by=request.user, why=request.POST.get("why", "")),
        _("Đã huỷ việc."),
        (ReachError,),
    )
    return redirect("reach_work")
