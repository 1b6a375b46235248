"""Who may read what is under embargo: the list, one of them, and somebody noted by the office."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from wagtail.admin import messages

from tiengmo.channels.press import actions
from tiengmo.channels.press.errors import PressError
from tiengmo.channels.press.models import Journalist, Outlet
from tiengmo.channels.press.rights import may_accredit
from tiengmo.channels.press.sealing import address_of
from tiengmo.channels.press.staff.common import ICON, csv_file, for_the_press_office
from tiengmo.channels.press.staff.forms import AccreditForm, FilterForm, ReasonForm, RegisterForm
from tiengmo.people.staff import attempt, page

if TYPE_CHECKING:
    from typing import Any
    from uuid import UUID

    from django.db.models import QuerySet
    from django.http import HttpResponse

    from tiengmo.people.staff import StaffRequest

A_PAGE = 50


@require_safe
@for_the_press_office
def journalists(request: StaffRequest) -> HttpResponse:
    """The list with its filters; as CSV for who may let people in, because it holds addresses."""
    form = FilterForm(request.GET or None)
    rows = Journalist.objects.select_related("outlet").order_by("-asked_at")
    if form.is_bound and form.is_valid():
        if state := form.cleaned_data["state"]:
            rows = rows.filter(state=state)
        if outlet := form.cleaned_data["outlet"]:
            rows = rows.filter(outlet=outlet)
    is_approver = may_accredit(request.user)
    if request.GET.get("dinh-dang") == "csv" and is_approver:
        return _csv(rows)
    today = timezone.localdate()
    shown = Paginator(rows, A_PAGE).get_page(request.GET.get("trang"))
    return page(
        request,
        "press/journalists.html",
        title=_("Nhà báo"),
        icon=ICON,
        trail=[(_("Báo chí"), reverse("press_home"))],
        form=form,
        rows=[(one, one.is_accredited_on(today)) for one in shown],
        found=shown,
        may_accredit=is_approver,
        query=_query(request),
    )


def _query(request: StaffRequest) -> str:
    asked = request.GET.copy()
    asked.pop("trang", None)
    asked.pop("dinh-dang", None)
    return asked.urlencode()


def _csv(rows: QuerySet[Journalist]) -> HttpResponse:
    heads = [
        _("Họ và tên"),
        _("Số thẻ nhà báo"),
        _("Cơ quan báo chí"),
        _("Tình trạng"),
        _("Có hiệu lực đến hết ngày"),
        _("Thư điện tử"),
    ]
    return csv_file(
        "nha-bao.csv",
        heads,
        (
            (
                one.full_name,
                one.card_number,
                one.outlet.name if one.outlet is not None else one.outlet_stated,
                one.get_state_display(),
                f"{one.accredited_until:%d/%m/%Y}" if one.accredited_until else "",
                address_of(one.sealed_address),
            )
            for one in rows
        ),
    )


def _outlet(given: dict[str, Any], request: StaffRequest) -> Outlet:
    return actions.save_outlet(name=given["outlet"], kind=given["kind"], by=request.user)


@for_the_press_office
def register(request: StaffRequest) -> HttpResponse:
    form = RegisterForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        made = attempt(
            request,
            lambda: actions.register_journalist(
                full_name=given["full_name"],
                card_number=given["card_number"],
                address=given["address"],
                outlet=_outlet(given, request),
                until=given["until"],
                by=request.user,
            ),
            (PressError,),
            form,
        )
        if made is not None:
            messages.success(request, _("Đã cấp quyền. Một thư báo đang được gửi."))
            return redirect("press_journalist", made.pk)
    return page(
        request,
        "press/register.html",
        title=_("Thêm nhà báo"),
        icon=ICON,
        trail=_trail(),
        form=form,
        outlets=Outlet.objects.all(),
    )


def _trail() -> list[tuple[str, str]]:
    return [
        (_("Báo chí"), reverse("press_home")),
        (_("Nhà báo"), reverse("press_journalists")),
    ]


@for_the_press_office
def journalist(request: StaffRequest, pk: UUID) -> HttpResponse:
    """One journalist: accredit or extend, refuse, end."""
    found = get_object_or_404(Journalist.objects.select_related("outlet"), pk=pk)
    is_asking = found.state == Journalist.State.ASKED
    form = AccreditForm(
        request.POST if "accredit" in request.POST else None,
        initial={"outlet": found.outlet.name if found.outlet is not None else found.outlet_stated},
    )
    ending = ReasonForm(request.POST if "end" in request.POST else None)
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        done = attempt(
            request,
            lambda: actions.accredit(
                found, outlet=_outlet(given, request), until=given["until"], by=request.user
            ),
            (PressError,),
            form,
        )
        if done is not None:
            messages.success(request, _("Đã cấp quyền đến hết ngày đã ghi."))
            return redirect("press_journalist", pk)
    if ending.is_bound and ending.is_valid():
        act = actions.refuse if is_asking else actions.end_accreditation

        def end() -> bool:
            act(found, reason=ending.cleaned_data["reason"], by=request.user)
            return True

        if attempt(request, end, (PressError,), ending):
            messages.success(request, _("Đã ghi. Người này không vào phòng báo chí được nữa."))
            return redirect("press_journalist", pk)
    is_accredited = found.is_accredited_on(timezone.localdate())
    return page(
        request,
        "press/journalist.html",
        title=found.full_name,
        icon=ICON,
        trail=_trail(),
        journalist=found,
        address=address_of(found.sealed_address),
        is_accredited=is_accredited,
        is_asking=is_asking,
        form=form if may_accredit(request.user) else None,
        ending=ending,
        may_end=is_asking or is_accredited,
        outlets=Outlet.objects.all(),
        readings=found.readings.select_related("item__release").order_by("-at")[:20],
    )
