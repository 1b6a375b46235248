"""A unit's sessions of a year: the list, what they add up to, the target, and all of it as CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin.auth import permission_denied

from tiengmo.outreach.sessions import queries
from tiengmo.outreach.sessions.actions import note_told_again, set_target
from tiengmo.outreach.sessions.errors import SessionError
from tiengmo.outreach.sessions.models import Kind
from tiengmo.outreach.sessions.rights import goes_out_in, reads_in
from tiengmo.outreach.sessions.staff.table import csv_of
from tiengmo.people.models import Role
from tiengmo.people.queries import has_role, units_below
from tiengmo.people.staff import carry_out, number_in
from tiengmo.people.staff import page as staff_page
from tiengmo.places.models import Village
from tiengmo.places.queries import units_in_force
from tiengmo.releases.models import Release

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet
    from django.http import HttpResponse, QueryDict

    from tiengmo.outreach.sessions.models import Session
    from tiengmo.people.models import User
    from tiengmo.people.staff import StaffRequest
    from tiengmo.places.models import Unit

A_PAGE = 50
ICON = "group"
FIRST_YEAR = 2020


def _units(user: User) -> QuerySet[Unit]:
    rows = units_in_force()
    return rows if user.is_superuser else rows.filter(pk__in=reads_in(user))


def _chosen(request: StaffRequest, asked: QueryDict) -> tuple[Unit | None, int]:
    """The unit and the year that are looked at: asked for, or the person's own and this year's."""
    units = _units(request.user)
    unit = units.filter(code=asked.get("don_vi", "")).first()
    if unit is None and request.user.unit_id is not None:
        unit = units.filter(pk=request.user.unit_id).first()
    if unit is None:
        unit = units.order_by("code").first()
    this_year = timezone.localdate().year
    year = number_in(asked.get("nam", ""), digits=4) or this_year
    return unit, year if FIRST_YEAR <= year <= this_year + 1 else this_year


@require_safe
def sessions(request: StaffRequest) -> HttpResponse:
    """Sessions of a unit in a year, newest first, under what they add up to."""
    unit, year = _chosen(request, request.GET)
    if unit is None:
        if goes_out_in(request.user):
            return redirect("outreach_phone")
        denied: HttpResponse = permission_denied(request)
        return denied
    below = units_below([unit])
    rows = queries.of_year(queries.sessions_for(request.user), year)
    rows = rows.filter(village__unit__in=below)
    kind = request.GET.get("loai", "")
    listed = rows.filter(kind=kind) if kind in Kind.values else rows
    if request.GET.get("dinh-dang") == "csv":
        return csv_of(listed, f"so-tuyen-truyen-{unit.code}-{year}.csv")
    return staff_page(
        request,
        "sessions/sessions.html",
        title=_("Sổ tuyên truyền"),
        icon=ICON,
        unit=unit,
        units=_units(request.user).order_by("code"),
        year=year,
        years=range(timezone.localdate().year, FIRST_YEAR - 1, -1),
        kind=kind,
        kinds=Kind.choices,
        is_own=bool(goes_out_in(request.user)),
        **_totals(rows, unit, year),
        found=Paginator(listed, A_PAGE).get_page(request.GET.get("trang")),
        may_set=has_role(request.user, Role.APPROVER, unit),
    )


def _totals(rows: QuerySet[Session], unit: Unit, year: int) -> dict[str, Any]:
    return {
        "by_kind": queries.by_kind(rows, queries.targets_of(unit, year)),
        "by_topic": queries.by_topic(rows),
        "by_village": queries.by_village(rows),
        "targets": queries.targets_of(unit, year),
    }


@require_POST
def told_again(request: StaffRequest, pk: UUID, village: str) -> HttpResponse:
    """Tick off that a village was told that something is not so."""
    release = get_object_or_404(Release, pk=pk)
    where = get_object_or_404(Village.objects.select_related("unit"), code=village)
    carry_out(
        request,
        lambda: note_told_again(release, where, by=request.user),
        _("Đã ghi việc báo lại."),
        (SessionError,),
    )
    return redirect("channels_trail", pk)


@require_POST
def target(request: StaffRequest) -> HttpResponse:
    """Set what the unit means to hold in the year."""
    unit, year = _chosen(request, request.POST)
    if unit is not None:
        sessions = number_in(request.POST.get("so_buoi", ""), digits=6)
        carry_out(
            request,
            lambda: set_target(
                unit,
                kind=request.POST.get("loai", ""),
                year=year,
                sessions=-1 if sessions is None else sessions,
                by=request.user,
            ),
            _("Đã lưu chỉ tiêu."),
            (SessionError,),
        )
        return redirect(f"{reverse('outreach_sessions')}?don_vi={unit.code}&nam={year}")
    return redirect("outreach_sessions")
