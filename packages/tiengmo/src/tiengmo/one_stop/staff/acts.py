"""Begin, publish, check, abolish, withdraw, discard; and a look at what the public will see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin import messages

from tiengmo.one_stop.actions import (
    abolish_procedure,
    begin_version,
    confirm_checked,
    discard_draft,
    publish_version,
    withdraw_procedure,
)
from tiengmo.one_stop.models import VersionState
from tiengmo.one_stop.preview import rendered
from tiengmo.people.staff import number_in

from .common import attempt, seen
from .forms import AbolishForm

if TYPE_CHECKING:
    from django.http import HttpResponse

    from tiengmo.one_stop.models import Procedure, ProcedureVersion
    from tiengmo.people.staff import StaffRequest


def _draft(row: Procedure) -> ProcedureVersion:
    return get_object_or_404(
        row.versions.select_related("procedure__unit", "field", "level"), state=VersionState.DRAFT
    )


def _saves(request: StaffRequest) -> int:
    """The saves of the page that the person was looking at; none that could be is 0."""
    text = request.POST.get("saves", "")
    return number_in(text, digits=9) or 0


@require_POST
def begin(request: StaffRequest, pk: int) -> HttpResponse:
    row = seen(request, pk)
    draft = attempt(request, lambda: begin_version(row, by=request.user))
    if draft is None:
        return redirect("procedures_procedure", pk)
    return redirect("procedures_edit", pk, draft.pk)


@require_POST
def publish(request: StaffRequest, pk: int) -> HttpResponse:
    row = seen(request, pk)
    try:
        draft = _draft(row)
    except Http404:
        messages.error(request, _("Bản này đã công bố rồi."))
        return redirect("procedures_procedure", pk)
    saves = _saves(request)
    done = attempt(request, lambda: publish_version(draft, by=request.user, saves=saves))
    if done is not None and done.valid_from <= timezone.localdate():
        messages.success(request, _("Đã công bố: người dân xem được ngay."))
    elif done is not None:
        day = f"{done.valid_from:%d/%m/%Y}"
        messages.success(request, _("Đã công bố: áp dụng từ %(day)s.") % {"day": day})
    return redirect("procedures_procedure", pk)


@require_POST
def check(request: StaffRequest, pk: int) -> HttpResponse:
    row = seen(request, pk)

    def act() -> bool:
        confirm_checked(row, by=request.user)
        return True

    if attempt(request, act):
        messages.success(request, _("Đã ghi: kiểm tra hôm nay, vẫn đúng."))
    return redirect("procedures_procedure", pk)


@require_POST
def abolish(request: StaffRequest, pk: int) -> HttpResponse:
    row = seen(request, pk)
    form = AbolishForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Hãy ghi ngày và văn bản làm căn cứ bãi bỏ."))
        return redirect("procedures_procedure", pk)
    words = form.cleaned_data
    if attempt(
        request,
        lambda: abolish_procedure(row, by=request.user, on=words["on"], basis=words["basis"]),
    ):
        messages.success(request, _("Đã ghi ngày bãi bỏ; trang vẫn đọc được."))
    return redirect("procedures_procedure", pk)


@require_POST
def withdraw(request: StaffRequest, pk: int) -> HttpResponse:
    row = seen(request, pk)
    reason = request.POST.get("reason", "")
    if attempt(request, lambda: withdraw_procedure(row, by=request.user, reason=reason)):
        messages.success(request, _("Đã gỡ. Địa chỉ của thủ tục nay ghi lý do gỡ."))
    return redirect("procedures_procedure", pk)


@require_POST
def discard(request: StaffRequest, pk: int) -> HttpResponse:
    row = seen(request, pk)
    draft = _draft(row)
    was_last = attempt(request, lambda: discard_draft(draft, by=request.user))
    if was_last is None:
        return redirect("procedures_procedure", pk)
    messages.success(request, _("Đã xoá bản nháp."))
    return redirect("procedures_home") if was_last else redirect("procedures_procedure", pk)


@require_safe
def preview(request: StaffRequest, pk: int) -> HttpResponse:
    """The public page as it will be; for staff, and never kept by a cache."""
    response = rendered(_draft(seen(request, pk)))
    response["Cache-Control"] = "private, no-store"
    return response
