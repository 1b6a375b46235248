"""The directory as staff keep it: all units, one unit, one office, one official."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail.admin.auth import permission_denied

from tiengmo.directory.actions import (
    close_office,
    confirm_checked,
    end_official,
    save_office,
    save_official,
)
from tiengmo.directory.models import Office, Official
from tiengmo.directory.queries import (
    edited_by,
    offices_of,
    officials_of,
    out_of_date,
    seen_by,
    summaries,
)
from tiengmo.directory.rules import alike, out_of_date_before
from tiengmo.places.models import Unit

from .common import attempt, home_trail, may_edit, page, unit_of, unit_trail
from .forms import DAY_NAMES, OfficeForm, OfficialForm

if TYPE_CHECKING:
    from tiengmo.people.staff import StaffRequest

A_PAGE = 50


def home(request: StaffRequest) -> HttpResponse:
    """What is out of date in the units one edits, then every unit one sees."""
    mine = Unit.objects.filter(pk__in=edited_by(request.user))
    units = Paginator(seen_by(request.user).order_by("code"), A_PAGE).get_page(
        request.GET.get("trang")
    )
    shown = Unit.objects.filter(pk__in=[unit.pk for unit in units])
    return page(
        request,
        "home",
        title=_("Danh bạ"),
        stale=out_of_date(mine),
        rows=summaries(shown),
        units=units,
        mine=set(mine.values_list("pk", flat=True)),
    )


def unit(request: StaffRequest, code: str) -> HttpResponse:
    """One unit's offices and officials, as the public sees them and what is to be looked at."""
    found = unit_of(request, code)
    before = out_of_date_before(timezone.localdate())
    return page(
        request,
        "unit",
        title=found.name,
        trail=home_trail(),
        unit=found,
        may_edit=may_edit(request, found),
        before=before,
        offices=[(office, hours_lines(office)) for office in offices_of(found)],
        officials=officials_of(found),
        coming=found.officials.filter(valid_from__gt=timezone.localdate()),
    )


def hours_lines(office: Office) -> list[str]:
    """An office's week in a few lines for people."""
    lines = []
    for first, last, text in alike(office.hours):
        days = DAY_NAMES[first] if first == last else f"{DAY_NAMES[first]} – {DAY_NAMES[last]}"
        lines.append(f"{days}: {text or _('nghỉ')}")
    return lines


def office(request: StaffRequest, code: str, pk: int | None = None) -> HttpResponse:
    """Add an office to a unit, or change one."""
    found = unit_of(request, code)
    if not may_edit(request, found):
        denied: HttpResponse = permission_denied(request)
        return denied
    row = get_object_or_404(found.offices, pk=pk) if pk else Office(unit=found)
    form = OfficeForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        words = form.words()
        if attempt(request, lambda: save_office(words, by=request.user), _("Đã lưu.")):
            return redirect("directory_unit", found.code)
    title = row.name if pk else _("Thêm nơi làm việc")
    return page(
        request, "office", title=title, trail=unit_trail(found), form=form, office=row, unit=found
    )


def official(request: StaffRequest, code: str, pk: int | None = None) -> HttpResponse:
    """Add somebody in a position, or change what is written of them."""
    found = unit_of(request, code)
    if not may_edit(request, found):
        denied: HttpResponse = permission_denied(request)
        return denied
    row = get_object_or_404(found.officials, pk=pk) if pk else Official(unit=found)
    form = OfficialForm(request.POST or None, instance=row, unit=found)
    if request.method == "POST" and form.is_valid():
        words = form.save(commit=False)
        if attempt(request, lambda: save_official(words, by=request.user), _("Đã lưu.")):
            return redirect("directory_unit", found.code)
    title = row.name if pk else _("Thêm cán bộ")
    return page(
        request, "official", title=title, trail=unit_trail(found), form=form, official=row,
        unit=found,
    )  # fmt: skip


@require_POST
def act(request: StaffRequest, code: str, what: str, pk: int, verb: str) -> HttpResponse:
    """Confirm that a contact still holds, or end it."""
    found = unit_of(request, code)
    if what == "co-quan":
        place = get_object_or_404(found.offices, pk=pk)
        acts = {
            "con-dung": (lambda: confirm_checked(place, by=request.user), _("Đã ghi: còn đúng.")),
            "ngung": (lambda: close_office(place, by=request.user), _("Đã gỡ khỏi danh bạ.")),
        }
    else:
        person = get_object_or_404(found.officials, pk=pk)
        acts = {
            "con-dung": (lambda: confirm_checked(person, by=request.user), _("Đã ghi: còn đúng.")),
            "thoi": (
                lambda: end_official(person, by=request.user),
                _("Đã gỡ khỏi danh bạ; số điện thoại và thư điện tử đã xoá."),
            ),
        }
    if verb not in acts:
        raise Http404
    attempt(request, *acts[verb])
    if request.POST.get("ve") == "danh-ba":
        return redirect("directory_home")
    return redirect("directory_unit", found.code)
