"""Pages of the technician: how the fleet fares, and one cluster's history."""

from __future__ import annotations

import csv
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tiengmo.people.models import Role
from tiengmo.people.queries import has_role
from tiengmo.speakers.labels import FINDINGS
from tiengmo.speakers.models import Outage
from tiengmo.speakers.technician.faults import faults_of
from tiengmo.speakers.technician.profiles import profile_of
from tiengmo.speakers.technician.rules import Absence, shared
from tiengmo.speakers.technician.uptime import PERIODS, records, together

from . import board as boards

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpRequest

    from tiengmo.speakers.models import Box
    from tiengmo.speakers.technician.uptime import Record

ON_A_PAGE = 25
OUTAGES_SHOWN = 50
DEFAULT_PERIOD = "7d"


def period_names() -> dict[str, str]:
    return {"24h": _("24 giờ"), "7d": _("7 ngày"), "30d": _("30 ngày")}


@require_GET
def health(request: HttpRequest) -> HttpResponse:
    """Show faults with their likely cause, and uptime by box, the worst first."""
    user: Any = request.user
    code = request.GET.get("unit", "")
    unit = boards.visible_units(user).filter(code=code).first() if code else None
    period = request.GET.get("period", "")
    period = period if period in PERIODS else DEFAULT_PERIOD
    boxes = list(boards.boxes_for(user, unit).filter(retired_at=None))
    found = records(boxes, period)
    if request.GET.get("format") == "csv":
        return _csv(found, period)
    faults = faults_of(boxes)
    page = Paginator(found, ON_A_PAGE).get_page(request.GET.get("page"))
    versions = sorted({box.agent_version for box in boxes if box.agent_version}, reverse=True)
    context = {
        "faults": faults,
        "faulty_boxes": sum(one.boxes for one in faults if one.unit is not None)
        + len({one.box.pk for one in faults if one.box is not None}),
        "page": page,
        "total": together(found),
        "boxes": len(boxes),
        "versions": versions,
        "unit": unit,
        "units": boards.visible_units(user).order_by("level", "name"),
        "period": period,
        "periods": period_names(),
        "pulse": boards.pulse(),
        "query": f"unit={code if unit else ''}&period={period}",
    }
    return render(request, "speakers/health.html", context)


def _csv(found: Iterable[Record], period: str) -> HttpResponse:
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = (
        f'attachment; filename="suc-khoe-cum-loa-{period}-{timezone.localdate()}.csv"'
    )
    response.write("\ufeff")  # without it a spreadsheet reads Vietnamese as something else
    rows = csv.writer(response)
    rows.writerow(
        [
            _("Số máy"),
            _("Cụm loa"),
            _("Thôn"),
            _("Xã"),
            _("Thời gian kết nối (%)"),
            _("Số lần mất kết nối"),
            _("Đã phát"),
            _("Bị cắt"),
            _("Không phát"),
            _("Dữ liệu nhận (byte)"),
            _("Dữ liệu gửi (byte)"),
            _("Phiên bản"),
        ]
    )
    for one in found:
        box = one.box
        rows.writerow(
            [
                box.serial,
                _plain(box.name),
                _plain(str(box.village)),
                _plain(str(box.village.unit)),
                "" if one.uptime is None else f"{one.uptime:.2f}",
                one.outages,
                one.played,
                one.cut,
                one.missed,
                one.bytes_in,
                one.bytes_out,
                _plain(box.agent_version),
            ]
        )
    return response


def _plain(text: str) -> str:
    """A cell that a spreadsheet takes for text, whatever somebody called a cluster."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text


@require_GET
def history(request: HttpRequest, serial: str) -> HttpResponse:
    """Show one cluster's hours, days, absences, tests and logs."""
    user: Any = request.user
    box: Box = get_object_or_404(boards.boxes_for(user), pk=serial)
    now = timezone.now()
    outages = list(box.outages.all()[:OUTAGES_SHOWN])
    together_ = _shared_with_neighbours(box, outages)
    hours, days = records([box], "24h", now=now)[0], records([box], "30d", now=now)[0]
    unit = box.village.unit
    context = {
        "box": box,
        "hours": hours,
        "days": days,
        "by_day": box.days.order_by("-on")[:30],
        "outages": [
            {"outage": one, "seconds": one.lasted(now), "is_shared": one.pk in together_}
            for one in outages
        ],
        "faults": faults_of([box], now=now) if not box.is_retired else [],
        "tests": [
            (one, one.state(now), [FINDINGS.get(name, name) for name in one.findings])
            for one in box.tests.select_related("round").order_by("-round__on")[:10]
        ],
        "profile": profile_of(box),
        "may_operate": has_role(user, Role.OPERATOR, unit),
        "may_keep_up": has_role(user, Role.TECHNICIAN, unit),
    }
    return render(request, "speakers/history.html", context)


def _shared_with_neighbours(box: Box, outages: list[Outage]) -> set[int]:
    """Which of these absences the whole unit had at the same time."""
    if not outages:
        return set()
    unit = box.village.unit_id
    neighbours = Outage.objects.filter(
        box__village__unit=unit,
        began_at__gte=min(one.began_at for one in outages) - timedelta(minutes=5),
    ).values_list("pk", "box_id", "began_at")
    in_service = type(box).objects.filter(village__unit=unit, retired_at=None)
    return shared(
        [Absence(pk, serial, unit, began_at) for pk, serial, began_at in neighbours],
        {unit: in_service.exclude(last_seen_at=None).count()},
    )
