"""One episode: when it is on, what lies in it, in which order, and how long that is in truth."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tiengmo.broadcasting.actions.week import (
    add_segment,
    cancel_episode,
    change_episode,
    make_episode,
    move_segment,
    remove_segment,
)
from tiengmo.broadcasting.airtime import Airtime, zone
from tiengmo.broadcasting.models import Episode, Segment
from tiengmo.broadcasting.parts import EPISODE_RELATED, EPISODE_SEGMENTS, pieces_of, true_length
from tiengmo.broadcasting.rules.placing import BREATH
from tiengmo.broadcasting.week import clock, monday_of, weeks_of
from tiengmo.places.queries import is_within
from tiengmo.releases.models import Release

from .common import attempt, day_in, may_operate, page, sees, station_of, to_week
from .forms import EpisodeForm, RecordingForm, ReleaseForm

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from tiengmo.places.models import Unit

# How far back a bulletin may lie that is offered for an episode.
RECENT = timedelta(days=30)
OFFERED = 60


def new(request: HttpRequest, code: str) -> HttpResponse:
    """Put a single episode into a station's week."""
    station = station_of(request, code)
    on = day_in(request.GET.get("ngay", ""))
    form = EpisodeForm(request.POST or None, station=station, initial={"on": on})
    user: Any = request.user
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        made = attempt(
            request,
            lambda: make_episode(
                asked["show"],
                start_at=form.start_at(),
                length_minutes=asked["length_minutes"],
                title=asked["title"],
                by=user,
            ),
            _("Đã thêm số phát. Hãy đưa nội dung vào."),
        )
        if made:
            return redirect("broadcasting_episode", made.pk)
    return page(
        request,
        "broadcasting/form.html",
        title=_("Thêm số phát"),
        trail=[(_("Lịch phát"), to_week(station, on))],
        form=form,
        submit=_("Thêm số phát"),
    )


def _episode(request: HttpRequest, pk: Any) -> Episode:
    found = get_object_or_404(
        Episode.objects.select_related(*EPISODE_RELATED).prefetch_related(*EPISODE_SEGMENTS), pk=pk
    )
    sees(request, found.station_id)
    return found


def episode(request: HttpRequest, pk: Any) -> HttpResponse:
    """Show an episode and change when it is on."""
    found = _episode(request, pk)
    here = found.start_at.astimezone(zone())
    form = EpisodeForm(
        request.POST or None,
        initial={
            "title": found.title,
            "on": here.date(),
            "at": here.time(),
            "length_minutes": found.length_minutes,
        },
        # The form for a recording stands on the same page, and has a title as well.
        auto_id="id_so_%s",
    )
    user: Any = request.user
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        attempt(
            request,
            lambda: change_episode(
                found,
                start_at=form.start_at(),
                length_minutes=asked["length_minutes"],
                title=asked["title"],
                by=user,
            ),
            _("Đã lưu số phát."),
        )
        return redirect("broadcasting_episode", found.pk)
    return page(
        request,
        "broadcasting/episode.html",
        title=str(found),
        trail=[(_("Lịch phát"), to_week(found.station, here.date()))],
        episode=found,
        form=form,
        is_over=found.start_at <= timezone.now(),
        may_change=_may_change(request, found),
        recording=RecordingForm(),
        releases=ReleaseForm(releases=_releases(found.station)),
        week_url=to_week(found.station, here.date()),
        **_contents(found),
    )


def _may_change(request: HttpRequest, found: Episode) -> bool:
    is_open = found.cancelled_at is None and found.start_at > timezone.now()
    return is_open and may_operate(request, found.station_id)


def _contents(found: Episode) -> dict[str, Any]:
    """What is heard when, by true lengths, and what is said against it."""
    pieces = pieces_of(found)
    rows: list[dict[str, Any]] = []
    at = found.start_at
    for piece in pieces:
        rows.append({"piece": piece, "at": at, "length": clock(piece.duration)})
        if piece.editions:
            at += piece.duration + BREATH
    planned = found.end_at - found.start_at
    total = true_length(pieces)
    (week,) = weeks_of(
        [found.station],
        monday_of(found.start_at.astimezone(zone()).date()),
        operated=set(),
        airtime=Airtime(),
    )
    notes = [
        note
        for day in week.days
        for slot in day.slots
        if slot.episode.pk == found.pk
        for note in slot.notes
    ]
    segments = [row for row in rows if row["piece"].segment is not None]
    for place, row in enumerate(segments):
        row |= {
            "up": max(0, place - 1),
            "down": place + 1,
            "is_first": place == 0,
            "is_last": place == len(segments) - 1,
        }
    return {
        "rows": rows,
        "planned": clock(planned),
        "total": clock(total),
        "share": min(100, round(100 * total / planned)),
        "is_over_length": total > planned,
        "notes": notes,
    }


def _releases(station: Unit) -> Any:
    """Bulletins that are out, have sound, and were cleared for all who hear this station."""
    recent = Release.objects.filter(
        status=Release.Status.RELEASED, released_at__gt=timezone.now() - RECENT
    ).exclude(renditions__opus_sha256="")
    fitting = [
        release.pk
        for release in recent.distinct().order_by("-released_at")[:OFFERED]
        if is_within([station.code], release.audience)
    ]
    return Release.objects.filter(pk__in=fitting).order_by("-released_at")


@require_POST
def cancel(request: HttpRequest, pk: Any) -> HttpResponse:
    found = _episode(request, pk)
    user: Any = request.user
    attempt(request, lambda: cancel_episode(found, by=user), _("Đã huỷ số phát."))
    return redirect(to_week(found.station, found.start_at.astimezone(zone()).date()))


@require_POST
def add_recording(request: HttpRequest, pk: Any) -> HttpResponse:
    found = _episode(request, pk)
    form = RecordingForm(request.POST)
    user: Any = request.user
    if form.is_valid():
        asked = form.cleaned_data
        attempt(
            request,
            lambda: add_segment(found, sound=asked["sound"], title=asked["title"], by=user),
            _("Đã thêm “%(title)s”.") % {"title": asked["title"]},
        )
    else:
        messages.error(request, _("Hãy đặt tên và chọn âm thanh: thu, tải lên hoặc để máy đọc."))
    return redirect("broadcasting_episode", found.pk)


@require_POST
def add_release(request: HttpRequest, pk: Any) -> HttpResponse:
    found = _episode(request, pk)
    form = ReleaseForm(request.POST, releases=_releases(found.station))
    user: Any = request.user
    if form.is_valid():
        release = form.cleaned_data["release"]
        attempt(
            request,
            lambda: add_segment(found, release=release, by=user),
            _("Đã thêm bản tin “%(title)s”.") % {"title": release},
        )
    else:
        messages.error(request, _("Hãy chọn một bản tin."))
    return redirect("broadcasting_episode", found.pk)


def _segment(request: HttpRequest, pk: int) -> Segment:
    found = get_object_or_404(Segment.objects.select_related("episode__station"), pk=pk)
    sees(request, found.episode.station_id)
    return found


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    segment = _segment(request, pk)
    user: Any = request.user
    attempt(request, lambda: remove_segment(segment, by=user), _("Đã bỏ phần này."))
    return redirect("broadcasting_episode", segment.episode_id)


@require_POST
def reorder(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a piece at the place `to` (0 is first): by buttons, keys or dragging."""
    segment = _segment(request, pk)
    user: Any = request.user
    text = request.POST.get("to", "")
    if text.isascii() and text.isdigit() and len(text) < 4:  # noqa: PLR2004
        attempt(
            request,
            lambda: move_segment(segment, to=int(text), by=user),
            _("Đã đổi thứ tự."),
        )
    return redirect("broadcasting_episode", segment.episode_id)
