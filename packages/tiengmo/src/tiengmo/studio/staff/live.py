"""«Lên sóng»: choose who hears it, press, speak."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tiengmo.broadcasting.actions.week import add_segment
from tiengmo.broadcasting.errors import BroadcastingError
from tiengmo.people.errors import NotAllowed
from tiengmo.places.queries import areas_label
from tiengmo.speakers.errors import SpeakerError
from tiengmo.studio import actions, queries, tokens
from tiengmo.studio.errors import AreaTaken, StudioError
from tiengmo.studio.models import LiveTakeover, Source
from tiengmo.studio.workflow import OPEN

from .forms import AgainForm, TakeoverForm

if TYPE_CHECKING:
    from django.http import HttpRequest

RECENT = 10


def desk(request: HttpRequest) -> HttpResponse:
    """The page from which a person goes live; POST takes over."""
    user: Any = request.user
    form = TakeoverForm(request.POST or None, user=user)
    taken = None
    if request.method == "POST" and form.is_valid():
        try:
            takeover = _take_over(form, user)
        except AreaTaken as error:
            taken = error
            form.add_error("areas", str(error))
        except (NotAllowed, SpeakerError, StudioError) as error:
            form.add_error(None, str(error))
        else:
            if _wants_json(request):
                return JsonResponse(_told(takeover, user))
            return redirect("studio_takeover", takeover.pk)
    if _wants_json(request):
        return JsonResponse(
            {
                "errors": [str(text) for texts in form.errors.values() for text in texts],
                "may_displace": bool(taken and taken.may_displace),
            },
            status=409 if taken else 422,
        )
    return render(request, "studio/desk.html", _desk(user, form, taken))


def _take_over(form: TakeoverForm, user: Any) -> LiveTakeover:
    given = form.cleaned_data
    return actions.take_over_live(
        given["station"],
        by=user,
        areas=given["areas"],
        priority=given["priority"],
        title=given["title"],
        reason=given["reason"],
        source=given["source"],
        url=given["url"],
        has_jingle=given["has_jingle"],
        minutes=given["minutes"],
        displaces=given["displaces"],
    )


def _desk(user: Any, form: TakeoverForm, taken: AreaTaken | None) -> dict[str, Any]:
    visible = queries.takeovers_for(user)
    return {
        "form": form,
        "taken": taken,
        "may_speak": bool(queries.highest_stations_of(user)),
        "is_alive": queries.is_playout_alive(),
        "open": [(one, areas_label(one.areas)) for one in visible.filter(state__in=OPEN)],
        "recent": [
            (one, areas_label(one.areas))
            for one in visible.exclude(state__in=OPEN).select_related("recording")[:RECENT]
        ],
        "alarms": queries.open_alarms(user)[:20],
        "emergencies": queries.emergencies_for(user),
    } | _connection()


def _connection() -> dict[str, Any]:
    return {"studio_url": settings.STUDIO_URL, "studio_port": settings.STUDIO_PORT}


@require_GET
def takeover(request: HttpRequest, pk: str) -> HttpResponse:
    """One takeover: for who speaks in it, the microphone; for others, how it is."""
    user: Any = request.user
    found = get_object_or_404(queries.takeovers_for(user), pk=pk)
    context = _connection() | {
        "takeover": found,
        "areas": areas_label(found.areas),
        "is_mine": found.by_id == user.pk,
        "may_end": queries.may_end(user, found),
        "events": found.events.all(),
        "told": _told(found, user),
        "again": AgainForm(takeover=found, user=user) if found.recording_id else None,
        "source_host": settings.STUDIO_HOST,
        "source_port": settings.STUDIO_SOURCE_PORT,
    }
    return render(request, "studio/takeover.html", context)


@require_POST
def again(request: HttpRequest, pk: str) -> HttpResponse:
    """Put the recording into a programme that is still to come."""
    user: Any = request.user
    found = get_object_or_404(queries.takeovers_for(user), pk=pk)
    form = AgainForm(request.POST, takeover=found, user=user)
    if form.is_valid():
        episode = form.cleaned_data["episode"]
        try:
            add_segment(episode, by=user, sound=found.recording, title=found.title)
        except (NotAllowed, BroadcastingError) as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Đã thêm bản ghi vào số phát này."))
            return redirect("broadcasting_episode", episode.pk)
    else:
        messages.error(request, _("Hãy chọn một số phát sắp tới."))
    return redirect("studio_takeover", pk)


@require_GET
def state(request: HttpRequest, pk: str) -> JsonResponse:
    user: Any = request.user
    found = get_object_or_404(queries.takeovers_for(user), pk=pk)
    response = JsonResponse(_told(found, user))
    response["Cache-Control"] = "no-store"
    return response


def _told(found: LiveTakeover, user: Any) -> dict[str, Any]:
    """What the page needs again and again: the state, who hears it, and the next way in."""
    now = timezone.now()
    playing, online = (
        queries.boxes_playing(f"{found.pk}.", found.areas) if found.is_open else (0, 0)
    )
    is_mine = found.by_id == user.pk and found.source == Source.MICROPHONE and found.is_open
    return {
        "id": found.pk,
        "state": found.state,
        "state_text": str(found.get_state_display()),
        "end_text": str(found.get_end_reason_display()) if found.ended_at else "",
        "on_air_seconds": round((now - found.on_air_at).total_seconds()) if found.on_air_at else 0,
        "until": timezone.localtime(found.until_at).strftime("%H:%M"),
        "playing": playing,
        "online": online,
        "level_dbfs": found.level_dbfs,
        "alarms": [
            f"{event.get_kind_display()} ({timezone.localtime(event.at):%H:%M:%S}) {event.detail}"
            for event in found.events.filter(is_alarm=True, seen_at=None).exclude(
                ended_at__isnull=False
            )
        ],
        "displaced_by": str(found.displaced_by.by_name) if found.displaced_by else "",
        "is_alive": queries.is_playout_alive(now),
        "token": tokens.give(found.pk, user.pk) if is_mine else "",
        "page_url": reverse("studio_takeover", args=[found.pk]),
        "state_url": reverse("studio_state", args=[found.pk]),
        "stop_url": reverse("studio_stop", args=[found.pk]),
    }


@require_POST
def stop(request: HttpRequest, pk: str) -> HttpResponse:
    user: Any = request.user
    found = get_object_or_404(queries.takeovers_for(user), pk=pk)
    try:
        actions.end_takeover(found, by=user)
    except (NotAllowed, StudioError) as error:
        if _wants_json(request):
            return JsonResponse({"errors": [str(error)]}, status=403)
        messages.error(request, str(error))
    else:
        if _wants_json(request):
            found.refresh_from_db()
            return JsonResponse(_told(found, user))
        messages.success(request, _("Đang kết thúc buổi phát: loa sẽ trở về lịch phát."))
    return redirect("studio_takeover", pk)


def encoder(request: HttpRequest) -> HttpResponse:
    """How to push sound with butt, OBS or ffmpeg, and a new password for it."""
    user: Any = request.user
    stations = queries.highest_stations_of(user)
    password = ""
    station = next((one for one in stations if one.code == request.POST.get("station")), None)
    if request.method == "POST" and station is not None:
        try:
            password = actions.give_encoder_password(station, by=user)
        except NotAllowed as error:
            messages.error(request, str(error))
    host = settings.STUDIO_URL.partition("://")[2] or settings.STUDIO_HOST
    response = render(
        request,
        "studio/encoder.html",
        {
            "stations": stations,
            "station": station or (stations[0] if stations else None),
            "password": password,
            "host": host.partition("/")[0].partition(":")[0],
            "port": settings.STUDIO_SOURCE_PORT,
        },
    )
    # The page holds a secret: it stays out of caches and out of the back button.
    response["Cache-Control"] = "no-store"
    return response


@require_POST
def seen(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    event = get_object_or_404(queries.open_alarms(user), pk=pk)
    try:
        actions.acknowledge(event, by=user)
    except NotAllowed as error:
        messages.error(request, str(error))
    return redirect("studio_relays" if event.relay_id else "studio_desk")


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("accept", "").startswith("application/json")
