"""Pages of the station operator: the board, one box, a new box."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import segno
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseNotModified
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tiengmo.people.errors import NotAllowed
from tiengmo.people.models import Role
from tiengmo.people.queries import has_role, units_where
from tiengmo.places.models import Unit, Village
from tiengmo.speakers import actions
from tiengmo.speakers.errors import SpeakerError
from tiengmo.speakers.labels import (
    COMMAND_DETAILS,
    COMMANDS,
    CUT_REASONS,
    OUTCOMES,
    REFUSAL_REASONS,
    STATES,
)
from tiengmo.speakers.models import AnnouncedItem, Box

from . import board as boards
from .forms import EnrolForm, VolumeForm

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

HISTORY = 50
ROWS_ON_A_PAGE = 30
# A change is looked for this far back again: its transaction may have taken a moment to commit.
OVERLAP = timedelta(seconds=2)


@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """Show all clusters on a map and in a table."""
    return render(request, "speakers/board.html", _board(request))


@require_GET
def live(request: HttpRequest) -> HttpResponse:
    """Answer what has changed since the board last asked; 204 when nothing has."""
    now = timezone.now()
    pulse = boards.pulse(now)
    since = _instant(request.GET.get("since", ""))
    unit, state = _filters(request)
    boxes = boards.boxes_for(request.user, unit)  # type: ignore[arg-type]
    changed = list(boxes.filter(changed_at__gt=since - OVERLAP)) if since else []
    is_same_pulse = request.GET.get("pulse") == _pulse_mark(pulse)
    if since and not changed and is_same_pulse:
        return HttpResponse(status=204)
    is_whole = (
        not since or state != "" or any(_came_or_went(box, since - OVERLAP) for box in changed)
    )
    context = _board(request) | {
        "is_whole": is_whole,
        "changed": boards.rows_of(changed, now=now),
    }
    return render(request, "speakers/live.html", context)


def _came_or_went(box: Box, since: datetime) -> bool:
    return max(box.enrolled_at, box.retired_at or box.enrolled_at) > since


def _board(request: HttpRequest) -> dict[str, Any]:
    user: Any = request.user
    now = timezone.now()
    unit, state = _filters(request)
    everything = boards.rows_of(boards.boxes_for(user, unit), now=now)
    rows = [row for row in everything if (row.state == state if state else row.state != "retired")]
    pulse = boards.pulse(now)
    page = Paginator(rows, ROWS_ON_A_PAGE).get_page(request.GET.get("page"))
    return {
        "rows": page.object_list,
        "page": page,
        "query": f"unit={unit.code if unit else ''}&state={state}",
        "points": [
            {
                "id": f"loa-{row.box.serial}",
                "lat": row.box.latitude,
                "lon": row.box.longitude,
                "state": row.state,
                "name": row.box.name,
                "label": str(row.label),
                "url": reverse("speakers_box", args=[row.box.serial]),
            }
            for row in rows
        ],
        "counts": boards.counts(everything),
        "total": sum(1 for row in everything if row.state != "retired"),
        "units": boards.visible_units(user).order_by("level", "name"),
        "unit": unit,
        "state": state,
        "pulse": pulse,
        "pulse_mark": _pulse_mark(pulse),
        "since": now.isoformat(),
        "may_enrol": user.is_superuser or units_where(user, Role.TECHNICIAN).exists(),
    }


def _filters(request: HttpRequest) -> tuple[Unit | None, str]:
    code = request.GET.get("unit", "")
    user: Any = request.user
    unit = boards.visible_units(user).filter(code=code).first() if code else None
    state = request.GET.get("state", "")
    return unit, state if state in STATES else ""


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    # A year that no clock shows cannot be reckoned with in another time zone.
    return found if found.tzinfo and 2000 <= found.year < 9000 else None  # noqa: PLR2004


def _pulse_mark(pulse: boards.Pulse) -> str:
    return sha256(f"{pulse.is_well}{pulse.reason}".encode()).hexdigest()[:12]


@require_GET
def outlines(request: HttpRequest) -> HttpResponse:
    """Answer the outlines of the units and villages the person sees, as GeoJSON."""
    user: Any = request.user
    visible = boards.visible_units(user)
    units = visible.filter(geometry__isnull=False)
    villages = Village.objects.filter(unit__in=visible, geometry__isnull=False)
    features = [
        {
            "type": "Feature",
            "geometry": place.geometry,
            "properties": {"name": str(place), "kind": kind},
        }
        for kind, places in (("unit", units), ("village", villages))
        for place in places
    ]
    body = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    etag = f'"{sha256(body.encode()).hexdigest()[:32]}"'
    if request.headers.get("if-none-match") == etag:
        return HttpResponseNotModified(headers={"ETag": etag})
    headers = {"ETag": etag, "Cache-Control": "private, max-age=3600"}
    return HttpResponse(body, content_type="application/geo+json", headers=headers)


@require_GET
def box(request: HttpRequest, serial: str) -> HttpResponse:
    """Show one cluster: how it is, what it played, what it refused."""
    found = _box(request, serial)
    user: Any = request.user
    reports = list(found.play_reports.all()[:HISTORY])
    titles = AnnouncedItem.objects.in_bulk({report.item_id for report in reports})
    unit = found.village.unit
    context = {
        "row": boards.rows_of([found])[0],
        "box": found,
        "reports": [
            {
                "report": report,
                "title": getattr(titles.get(report.item_id), "title", report.item_id),
                "outcome": OUTCOMES.get(report.outcome, report.outcome),
                "reason": CUT_REASONS.get(report.reason, report.reason),
                "share": round(100 * report.samples_played / report.samples_total)
                if report.samples_total
                else None,
            }
            for report in reports
        ],
        "board_text": found.text_reports.exclude(state="missed").first(),
        "refusals": [
            (refusal, REFUSAL_REASONS.get(refusal.reason, refusal.reason))
            for refusal in found.refusals.all()[:HISTORY]
        ],
        "commands": [
            (
                command,
                COMMANDS.get(command.command, command.command),
                COMMAND_DETAILS.get(command.answer, command.answer),
            )
            for command in found.commands.all()[:10]
        ],
        "may_operate": has_role(user, Role.OPERATOR, unit),
        "may_retire": has_role(user, Role.TECHNICIAN, unit),
        "mark": found.changed_at.isoformat(),
    }
    if request.headers.get("hx-request") == "true":
        if request.GET.get("mark") == context["mark"]:
            return HttpResponse(status=204)
        return render(request, "speakers/box_live.html", context)
    return render(request, "speakers/box.html", context)


@require_POST
def set_volume(request: HttpRequest, serial: str) -> HttpResponse:
    form = VolumeForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Âm lượng phải là một số từ 0 đến 100."))
        return redirect("speakers_box", serial)
    volume = form.cleaned_data["volume"]
    return _act(
        request,
        serial,
        lambda found, user: actions.set_volume(found, volume, by=user),
        _("Đã gửi lệnh đặt âm lượng %(volume)d.") % {"volume": volume},
    )


@require_POST
def test_tone(request: HttpRequest, serial: str) -> HttpResponse:
    return _act(
        request,
        serial,
        lambda found, user: actions.play_test_tone(found, by=user),
        _("Đã gửi lệnh phát tiếng thử."),
    )


@require_POST
def stop(request: HttpRequest, serial: str) -> HttpResponse:
    return _act(
        request,
        serial,
        lambda found, user: actions.stop_playing(found, by=user),
        _("Đã gửi lệnh dừng phát."),
    )


@require_POST
def retire(request: HttpRequest, serial: str) -> HttpResponse:
    reason = request.POST.get("reason", "").strip()[:300]
    if not reason:
        messages.error(request, _("Hãy ghi lý do ngừng sử dụng cụm loa này."))
        return redirect("speakers_box", serial)
    return _act(
        request,
        serial,
        lambda found, user: actions.retire_box(found, by=user, reason=reason),
        _("Cụm loa đã ngừng sử dụng. Lịch sử vẫn được giữ."),
    )


def _act(
    request: HttpRequest, serial: str, act: Callable[[Box, Any], object], done: str
) -> HttpResponse:
    try:
        act(_box(request, serial), request.user)
    except (NotAllowed, SpeakerError) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect("speakers_box", serial)


def _box(request: HttpRequest, serial: str) -> Box:
    user: Any = request.user
    return get_object_or_404(boards.boxes_for(user), pk=serial)


def enrol(request: HttpRequest) -> HttpResponse:
    """Make a code for a new box, and show what to run on it."""
    user: Any = request.user
    form = EnrolForm(request.POST or None, user=user)
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        try:
            code = actions.make_enrolment_code(
                form.cleaned_data["village"],
                by=user,
                name=form.cleaned_data["name"],
                **form.placement(),
            )
        except (NotAllowed, SpeakerError) as error:
            messages.error(request, str(error))
        else:
            command = f"speaker-agent enrol --gateway {settings.GATEWAY_URL} --code {code}"
            # omitsize: a viewBox, so that the style sheet scales it whole.
            drawing = segno.make(command, micro=False).svg_inline(border=2, omitsize=True)
            context |= {
                "code": code,
                "command": command,
                "install_command": "sudo apt install ./speaker-agent_*.deb && "
                f"sudo -u speaker-agent {command} && sudo systemctl start speaker-agent",
                "qr": mark_safe(drawing),  # noqa: S308 - drawn here, from our own text
                "village": form.cleaned_data["village"],
                "board_url": reverse("speakers_board"),
            }
    response = render(request, "speakers/enrol.html", context)
    # The page holds a secret: it stays out of caches and out of the back button.
    response["Cache-Control"] = "no-store"
    return response
