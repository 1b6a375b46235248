"""«Tiếp âm»: what a station carries of others, when, and what plays when it does not come."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tiengmo.people.errors import NotAllowed
from tiengmo.places.queries import areas_label
from tiengmo.studio import actions, queries
from tiengmo.studio.errors import StudioError
from tiengmo.studio.models import Relay
from tiengmo.studio.models.relay import WEEKDAYS
from tiengmo.studio.rules import windows

from .forms import HOURS_ROWS, HoursFormSet, RelayForm

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

EVENTS = 40
LOOK_AHEAD = timedelta(days=7)


@require_GET
def relays(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    context = {
        "rows": [_row(relay) for relay in queries.relays_for(user)],
        "alarms": [event for event in queries.open_alarms(user)[:40] if event.relay_id],
        "is_alive": queries.is_playout_alive(),
        "may_add": queries.stations_of(user).exists(),
    }
    return render(request, "studio/relays.html", context)


def _row(relay: Relay) -> dict[str, Any]:
    now = timezone.localtime()
    coming = [
        window
        for window in windows(
            queries.hours_of(relay),
            first=now.date(),
            last=(now + LOOK_AHEAD).date(),
            zone=now.tzinfo,  # type: ignore[arg-type]
        )
        if window.start > now
    ]
    return {
        "relay": relay,
        "areas": areas_label(relay.areas),
        "hours": [
            (", ".join(str(name) for day, name in WEEKDAYS if day in row.days), row)
            for row in relay.hours.all()
        ],
        "next": coming[0].start if coming and relay.is_enabled else None,
        "fallbacks": relay.fallbacks.count(),
    }


def edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Make or change a relay; shows what happened to it."""
    user: Any = request.user
    relay = get_object_or_404(queries.relays_for(user), pk=pk) if pk else Relay()
    form = RelayForm(request.POST or None, instance=relay, user=user)
    rows = [
        {"days": own.days, "starts": own.starts, "ends": own.ends}
        for own in (relay.hours.all() if pk else ())
    ]
    rows += [{} for _more in range(max(1, HOURS_ROWS - len(rows)))]
    hours = HoursFormSet(request.POST or None, initial=rows, prefix="hours")
    if request.method == "POST" and form.is_valid() and hours.is_valid():
        try:
            actions.save_relay(
                form.save(commit=False),
                by=user,
                hours=[one.hours for one in hours if one.hours is not None],
                fallback=list(form.cleaned_data["fallback"]),
            )
        except (NotAllowed, StudioError) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Đã lưu chương trình tiếp âm."))
            return redirect("studio_relays")
    context = {
        "form": form,
        "hours": hours,
        "relay": relay if pk else None,
        "events": relay.events.all()[:EVENTS] if pk else [],
    }
    return render(request, "studio/relay.html", context)


@require_POST
def hold(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the fallback on by hand, or let the source go on."""
    user: Any = request.user
    relay = get_object_or_404(queries.relays_for(user), pk=pk)
    on_fallback = request.POST.get("on") == "1"
    try:
        actions.hold_relay(relay, by=user, on_fallback=on_fallback)
    except NotAllowed as error:
        messages.error(request, str(error))
    else:
        text = _("Đã chuyển sang chương trình thay thế.") if on_fallback else _("Đã trở lại nguồn.")
        messages.success(request, text)
    return redirect("studio_relays")
