"""The log of what was really heard: on the page, as CSV and as PDF."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tiengmo.broadcasting.errors import BroadcastingError
from tiengmo.broadcasting.exports import as_pdf, days_apart, log_as_csv
from tiengmo.broadcasting.played import heard_in, played_in
from tiengmo.speakers.labels import CUT_REASONS

from .common import day_in, page, stations, to_week

if TYPE_CHECKING:
    from datetime import date

    from django.http import HttpRequest

    from tiengmo.places.models import Unit

LONGEST = timedelta(days=92)


def _asked(request: HttpRequest) -> tuple[list[Unit], Unit, date, date]:
    seen = stations(request)
    if not seen:
        raise Http404
    user: Any = request.user
    code = request.GET.get("dai", "")
    station = next((one for one in seen if one.code == code), None)
    station = station or next((one for one in seen if one.pk == user.unit_id), seen[0])
    last = day_in(request.GET.get("den", ""))
    first = min(day_in(request.GET.get("tu", ""), last), last)
    return seen, station, first, days_apart(first, last, LONGEST)


@require_GET
def log(request: HttpRequest) -> HttpResponse:
    seen, station, first, last = _asked(request)
    return page(
        request,
        "broadcasting/log.html",
        title=_("Nhật ký đã phát"),
        trail=[(_("Lịch phát"), to_week(station, last))],
        stations=seen,
        station=station,
        first=first,
        last=last,
        rows=_rows(station, first, last),
    )


def _rows(station: Unit, first: date, last: date) -> list[dict[str, Any]]:
    return [
        {
            "played": row,
            "reasons": [
                (CUT_REASONS.get(reason, reason), number)
                for reason, number in row.reasons.most_common()
            ],
        }
        for row in played_in(station, first, last)
    ]


@require_GET
def as_csv_file(request: HttpRequest) -> HttpResponse:
    _seen, station, first, last = _asked(request)
    text = log_as_csv(heard_in(station, first, last))
    return _file(text.encode(), "text/csv; charset=utf-8", station, first, last, "csv")


@require_GET
def as_pdf_file(request: HttpRequest) -> HttpResponse:
    _seen, station, first, last = _asked(request)
    context = {
        "station": station,
        "first": first,
        "last": last,
        "rows": _rows(station, first, last),
        "printed_at": timezone.localtime(),
    }
    try:
        pdf = as_pdf("broadcasting/print_log.html", context)
    except BroadcastingError as error:
        messages.error(request, str(error))
        return redirect(f"{reverse('broadcasting_log')}?{request.GET.urlencode()}")
    return _file(pdf, "application/pdf", station, first, last, "pdf")


def _file(  # noqa: PLR0917 (a file and its name)
    body: bytes, content_type: str, station: Unit, first: date, last: date, suffix: str
) -> HttpResponse:
    response = HttpResponse(body, content_type=content_type)
    name = f"da-phat-{station.code}-{first:%Y%m%d}-{last:%Y%m%d}.{suffix}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
