"""The week: of one station by the hour, of all stations side by side."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tiengmo.broadcasting.actions.week import change_episode, copy_week
from tiengmo.broadcasting.airtime import Airtime
from tiengmo.broadcasting.exports import calendar_of
from tiengmo.broadcasting.models import Episode, PlayoutItem
from tiengmo.broadcasting.queries import minutes_of, operated_by
from tiengmo.broadcasting.rules.placing import GAP
from tiengmo.broadcasting.week import bounds, monday_of, rows_of, weeks_of

from .common import (
    REFUSALS,
    attempt,
    day_in,
    may_operate,
    page,
    sees,
    station_of,
    stations,
    to_week,
)

if TYPE_CHECKING:
    from django.http import HttpRequest

ALL = "tat-ca"


@require_GET
def week(request: HttpRequest) -> HttpResponse:
    """Show the week of the station that is asked for, or of the person's own."""
    seen = stations(request)
    if not seen:
        raise Http404
    monday = monday_of(day_in(request.GET.get("tuan", "")))
    asked = request.GET.get("dai", "")
    user: Any = request.user
    context = {
        "stations": seen,
        "monday": monday,
        "sunday": monday + timedelta(days=6),
        "before": monday - timedelta(days=7),
        "after": monday + timedelta(days=7),
        "this_week": monday_of(timezone.localdate()),
        "today": timezone.localdate(),
        "asked": asked,
        "all": ALL,
    }
    airtime = Airtime()
    operated = operated_by(user)
    if asked == ALL and len(seen) > 1:
        weeks = weeks_of(seen, monday, operated=operated, airtime=airtime)
        for one in weeks:
            for day in one.days:
                # What is heard from above stands once, in the row of who sends it.
                day.slots = [slot for slot in day.slots if slot.is_own]
        return page(
            request, "broadcasting/stations.html", title=_("Lịch phát"), weeks=weeks, **context
        )
    station = next((one for one in seen if one.code == asked), None)
    if station is None:
        station = next((one for one in seen if one.pk == user.unit_id), seen[0])
    (found,) = weeks_of([station], monday, operated=operated, airtime=airtime)
    span = bounds(monday, airtime)
    bulletins = PlayoutItem.objects.filter(
        station=station, part="", cancelled_at=None, start_at__range=(span.start, span.end)
    )
    return page(
        request,
        "broadcasting/week.html",
        title=_("Lịch phát"),
        station=station,
        shown=station.code,
        week=found,
        rows=rows_of(found, airtime),
        allowed=airtime.allowed(station.pk),
        bulletins=bulletins[:50],
        may_operate=station.pk in operated,
        **context,
    )


@require_POST
def copy(request: HttpRequest) -> HttpResponse:
    station = station_of(request, request.POST.get("dai", ""))
    monday = monday_of(day_in(request.POST.get("tuan", "")))
    to_monday = monday_of(day_in(request.POST.get("sang", ""), monday + timedelta(days=7)))
    user: Any = request.user
    copied = attempt(
        request,
        lambda: copy_week(station, monday=monday, to_monday=to_monday, by=user),
        _("Đã chép tuần."),
    )
    if copied:
        from django.contrib import messages

        messages.info(
            request,
            _("Lập mới %(made)d số phát, đưa nội dung vào %(filled)d số, để nguyên %(skipped)d số.")
            % vars(copied),
        )
    return redirect(to_week(station, to_monday if copied else monday))


@require_POST
def move(request: HttpRequest, pk: str) -> HttpResponse:
    """Move an episode by dragging or by keys: {"start": "2026-11-23T05:30"}, local time."""
    episode = get_object_or_404(Episode.objects.select_related("station", "show"), pk=pk)
    sees(request, episode.station_id)
    user: Any = request.user
    try:
        start = datetime.fromisoformat(str(json.loads(request.body)["start"])[:16])
    except (ValueError, KeyError, TypeError):
        start = datetime(1, 1, 1)  # noqa: DTZ001
    if not 2000 <= start.year < 2090:  # noqa: PLR2004 (what can be reckoned with)
        return JsonResponse({"error": _("Không hiểu giờ mới.")}, status=400)
    start_at = start.replace(tzinfo=Airtime().zone).astimezone(UTC)
    try:
        change_episode(episode, start_at=start_at, by=user)
    except REFUSALS as error:
        return JsonResponse({"error": str(error)}, status=409)
    told = _("Đã chuyển “%(title)s” sang %(when)s.") % {
        "title": episode,
        "when": f"{start:%H:%M %d/%m}",
    }
    return JsonResponse({"told": told})


@require_GET
def calendar(request: HttpRequest) -> HttpResponse:
    """Four weeks of a station from the one that is shown, as iCalendar."""
    station = station_of(request, request.GET.get("dai", ""))
    monday = monday_of(day_in(request.GET.get("tuan", "")))
    response = HttpResponse(
        calendar_of(station, monday), content_type="text/calendar; charset=utf-8"
    )
    name = f"lich-phat-{station.code}-{monday:%Y%m%d}.ics"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_GET
def printed(request: HttpRequest) -> HttpResponse:
    """A station's week on a sheet of paper."""
    from django.shortcuts import render

    station = station_of(request, request.GET.get("dai", ""))
    monday = monday_of(day_in(request.GET.get("tuan", "")))
    airtime = Airtime()
    (found,) = weeks_of([station], monday, operated=set(), airtime=airtime)
    episodes = [slot.episode for day in found.days for slot in day.slots]
    held = Episode.objects.filter(pk__in=[one.pk for one in episodes])
    contents = {
        one.pk: list(one.segments.all())
        for one in held.prefetch_related("segments__sound", "segments__release")
    }
    for day in found.days:
        for slot in day.slots:
            slot.contents = contents[slot.episode.pk]  # type: ignore[attr-defined]
    return render(
        request,
        "broadcasting/print_week.html",
        {"station": station, "week": found, "monday": monday, "sunday": monday + timedelta(days=6)},
    )


@require_GET
def minutes(request: HttpRequest, code: str, day: str) -> HttpResponse:
    """Account for every minute of a station's day, as it is planned now."""
    station = station_of(request, code)
    on = day_in(day)
    span = bounds(on, Airtime(), days=1)
    return page(
        request,
        "broadcasting/minutes.html",
        title=_("Từng phút: %(station)s") % {"station": station},
        trail=[(_("Lịch phát"), to_week(station, on))],
        station=station,
        on=on,
        before=on - timedelta(days=1),
        after=on + timedelta(days=1),
        # The breath between two items is not worth a row.
        stretches=[
            one
            for one in minutes_of(station, span.start, span.end)
            if one.item is not None or one.end - one.start > GAP
        ],
        planned_until=timezone.now() + timedelta(hours=48),
        may_operate=may_operate(request, station.pk),
        week_url=reverse("broadcasting_week"),
    )
