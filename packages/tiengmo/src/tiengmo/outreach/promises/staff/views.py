"""Promises as staff keep them: what is late first, one with its acts, a new one, all as CSV."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from wagtail.admin.auth import permission_denied

from tiengmo.outreach.promises import actions
from tiengmo.outreach.promises.errors import PromiseError
from tiengmo.outreach.promises.models import Promise
from tiengmo.outreach.promises.queries import due, promises_for
from tiengmo.outreach.rights import handled_by
from tiengmo.people.staff import attempt, carry_out
from tiengmo.people.staff import page as staff_page

from .forms import DropForm, KeptForm, PromiseForm, PutOffForm

if TYPE_CHECKING:
    from tiengmo.people.staff import StaffRequest

ICON = "tasks"
A_PAGE = 30
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def _denied(request: StaffRequest) -> HttpResponse:
    denied: HttpResponse = permission_denied(request)
    return denied


def _home() -> tuple[str, str]:
    return _("Lời hứa với dân"), reverse("outreach_promises")


@require_safe
def promises(request: StaffRequest) -> HttpResponse:
    """What is late or due soon, what is open, what is closed."""
    if not (request.user.is_superuser or handled_by(request.user)):
        return _denied(request)
    rows = promises_for(request.user)
    is_open = rows.filter(state=Promise.State.OPEN)
    late = is_open.filter(due_on__lt=timezone.localdate())
    shown = {
        "den-han": (due(rows), _("Quá hạn, đến hạn trong tuần")),
        "chua-xong": (is_open, _("Chưa xong")),
        "da-khep": (
            rows.exclude(state=Promise.State.OPEN).order_by("-closed_on", "-pk"),
            _("Đã khép"),
        ),
    }
    asked = request.GET.get("xem", "")
    asked = asked if asked in shown else "den-han"
    if request.GET.get("dinh-dang") == "csv":
        return _csv(rows.order_by("due_on", "pk"))
    return staff_page(
        request,
        "promises/promises.html",
        title=_("Lời hứa với dân"),
        icon=ICON,
        shown=asked,
        choices=[(code, label, found.count()) for code, (found, label) in shown.items()],
        late=late.count(),
        found=Paginator(shown[asked][0], A_PAGE).get_page(request.GET.get("trang")),
        may_add=bool(handled_by(request.user)),
    )


def _csv(rows: Any) -> HttpResponse:
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="loi-hua.csv"'
    response.write("\ufeff")
    table = csv.writer(response)
    table.writerow(
        [
            _("Việc đã hứa"), _("Nơi hứa"), _("Chủ đề"), _("Đơn vị phải làm"),
            _("Cơ quan phải làm"), _("Ngày hứa"), _("Hạn đầu"), _("Hạn"), _("Trạng thái"),
            _("Ngày khép"), _("Số ngày trễ"), _("Kết quả, lý do"),
        ]
    )  # fmt: skip
    for one in rows:
        cells = [
            one.what, one.unit.name, one.topic.name, one.owed_by.name, one.office or "",
            one.promised_on, one.first_due_on, one.due_on, one.get_state_display(),
            one.closed_on or "", one.days_late, one.note,
        ]  # fmt: skip
        texts = [f"{cell:%d/%m/%Y}" if hasattr(cell, "year") else str(cell) for cell in cells]
        table.writerow([f"'{text}" if text.startswith(_FORMULA) else text for text in texts])
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def write(request: StaffRequest) -> HttpResponse:
    """Write a promise down; `buoi` and `su-kien` name where it was made."""
    units = handled_by(request.user)
    if not units:
        return _denied(request)
    initial = {
        "session": request.GET.get("buoi", ""),
        "event": request.GET.get("su-kien", ""),
        "unit": request.user.unit_id if request.user.unit_id in units else None,
    }
    form = PromiseForm(request.POST or None, units=units, initial=initial)
    if request.method == "POST" and form.is_valid():
        words = form.save(commit=False)
        made = attempt(
            request, lambda: actions.make_promise(words, by=request.user), (PromiseError,), form
        )
        if made is not None:
            return redirect("outreach_promise", made.pk)
    return staff_page(
        request,
        "promises/write.html",
        title=_("Ghi lời hứa"),
        icon=ICON,
        trail=[_home()],
        form=form,
    )


@require_safe
def promise(request: StaffRequest, pk: int) -> HttpResponse:
    """One promise with what can be done about it."""
    row = get_object_or_404(promises_for(request.user), pk=pk)
    units = handled_by(request.user)
    return staff_page(
        request,
        "promises/promise.html",
        title=row.what,
        icon=ICON,
        trail=[_home()],
        promise=row,
        may_act=row.state == Promise.State.OPEN and bool({row.unit_id, row.owed_by_id} & units),
        forms=[
            ("da-lam", _("Đã làm xong"), KeptForm(initial={"on": timezone.localdate()})),
            ("lui-han", _("Lùi hạn"), PutOffForm()),
            ("bo", _("Không làm nữa"), DropForm()),
        ],
    )


@require_POST
def act(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    """Keep a promise, put it off, or drop it."""
    row = get_object_or_404(promises_for(request.user), pk=pk)
    doings: dict[str, Any] = {
        "da-lam": (KeptForm, actions.keep_promise, _("Đã ghi là làm xong.")),
        "lui-han": (PutOffForm, actions.put_off, _("Đã lùi hạn.")),
        "bo": (DropForm, actions.drop_promise, _("Đã khép lời hứa.")),
    }
    if verb not in doings:
        raise Http404
    made, do, done = doings[verb]
    form = made(request.POST)

    def carry() -> object:
        if not form.is_valid():
            first = next(iter(form.errors.values()))
            raise PromiseError(" ".join(map(str, first)))
        return do(row, by=request.user, **form.cleaned_data)

    carry_out(request, carry, done, (PromiseError,))
    return redirect("outreach_promise", pk)
