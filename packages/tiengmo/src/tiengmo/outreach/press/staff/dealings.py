"""Meetings with the press and agreements with outlets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Sum
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.admin import messages

from tiengmo.channels.press.models import Outlet
from tiengmo.channels.press.staff.common import ICON, csv_file, for_the_press_office
from tiengmo.outreach.press import actions
from tiengmo.outreach.press.models import Agreement, Meeting
from tiengmo.outreach.press.queries import agreements as all_agreements
from tiengmo.outreach.press.rules import half_of
from tiengmo.outreach.press.staff.forms import AgreementForm, MeetingForm
from tiengmo.outreach.press.staff.views import REFUSALS, trail
from tiengmo.people.staff import attempt, page

if TYPE_CHECKING:
    from django.http import HttpResponse

    from tiengmo.people.staff import StaffRequest


@for_the_press_office
def meetings(request: StaffRequest) -> HttpResponse:
    """Every meeting, and whether this half-year has had one."""
    rows = Meeting.objects.annotate(people=Sum("attendances__people")).prefetch_related(
        "topics", "attendances"
    )
    latest = rows.first()
    today = timezone.localdate()
    return page(
        request,
        "press_relations/meetings.html",
        title=_("Gặp mặt báo chí"),
        icon=ICON,
        trail=trail(),
        rows=rows,
        is_due=latest is None or half_of(latest.on) < half_of(today),
    )


@for_the_press_office
def meeting(request: StaffRequest, pk: int | None = None) -> HttpResponse:
    found = get_object_or_404(Meeting, pk=pk) if pk is not None else Meeting()
    form = MeetingForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        for name in ("on", "place", "agenda"):
            setattr(found, name, form.cleaned_data[name])
        noted = attempt(
            request,
            lambda: actions.note_meeting(
                found, came=form.came(), asked=form.asked(), by=request.user
            ),
            REFUSALS,
            form,
        )
        if noted is not None:
            messages.success(request, _("Đã ghi."))
            return redirect("press_meetings")
    return page(
        request,
        "press_relations/meeting.html",
        title=str(found) if pk is not None else _("Ghi buổi gặp mặt"),
        icon=ICON,
        trail=[*trail(), (_("Gặp mặt báo chí"), reverse("press_meetings"))],
        form=form,
        head=[form[name] for name in ("on", "place", "agenda")],
        has_outlets=Outlet.objects.exists(),
    )


@for_the_press_office
def agreements(request: StaffRequest) -> HttpResponse:
    """Every agreement: what is owed, what came; as CSV too."""
    rows = all_agreements()
    today = timezone.localdate()
    if request.GET.get("con") == "1":
        rows = rows.filter(starts_on__lte=today, ends_on__gte=today)
    if request.GET.get("dinh-dang") == "csv":
        heads = [
            _("Cơ quan báo chí"),
            _("Nội dung thoả thuận"),
            _("Số văn bản"),
            _("Kinh phí (đồng)"),
            _("Từ ngày"),
            _("Đến ngày"),
            _("Số tin bài phải có"),
            _("Số tin bài đã có"),
        ]
        return csv_file(
            "thoa-thuan-bao-chi.csv",
            heads,
            (
                (
                    one.outlet.name,
                    one.subject,
                    one.document,
                    one.money,
                    f"{one.starts_on:%d/%m/%Y}",
                    f"{one.ends_on:%d/%m/%Y}",
                    one.products_owed,
                    one.delivered,
                )
                for one in rows
            ),
        )
    return page(
        request,
        "press_relations/agreements.html",
        title=_("Thoả thuận với báo chí"),
        icon=ICON,
        trail=trail(),
        rows=[
            (one, max(0, one.products_owed - one.delivered), one.ends_on < today) for one in rows
        ],
        is_current=request.GET.get("con") == "1",
    )


@for_the_press_office
def agreement(request: StaffRequest, pk: int | None = None) -> HttpResponse:
    found = get_object_or_404(Agreement, pk=pk) if pk is not None else Agreement()
    form = AgreementForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        for name, value in form.cleaned_data.items():
            setattr(found, name, value)
        saved = attempt(
            request, lambda: actions.save_agreement(found, by=request.user), REFUSALS, form
        )
        if saved is not None:
            messages.success(request, _("Đã lưu."))
            return redirect("press_agreements")
    return page(
        request,
        "press_relations/agreement.html",
        title=_("Thoả thuận"),
        icon=ICON,
        trail=[*trail(), (_("Thoả thuận với báo chí"), reverse("press_agreements"))],
        form=form,
        products=found.products.select_related("outlet") if pk is not None else (),
        has_outlets=Outlet.objects.exists(),
    )
