"""What the worker runs for this app."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from tiengmo.channels.loudspeakers.reports import on_play_reported
from tiengmo.outbox.actions import announce
from tiengmo.outbox.registry import every, handles
from tiengmo.speakers.actions import await_sounds
from tiengmo.speakers.models import PlayReport

from .actions import expire_alert, fetch_feed, lapse_alert, release_alert
from .listeners import WAITING
from .models import Alert, Feed
from .rules import WAITS

# The release's deliveries follow within seconds; a play lasts about as long.
COUNT_AFTER = timedelta(minutes=2)


@handles("alerts.prefetch")
def prefetch(payload: dict[str, Any]) -> None:
    """Have the station's boxes hold the sounds of an alert that is still being decided."""
    alert = Alert.objects.select_related("station").filter(pk=payload["alert"]).first()
    if alert is None or alert.state not in WAITING:
        return
    sounds = [
        (info.sound.opus.sha256, info.sound.opus.bytes)
        for info in alert.infos.select_related("sound__opus")
        if info.sound is not None and info.sound.is_ready and info.sound.opus is not None
    ]
    if not sounds:
        return  # the voice announces itself when it is ready
    await_sounds(
        alert.station,
        sounds,
        until_at=timezone.now() + 2 * WAITS,
        reason=f"alert {alert.identifier}",
    )
    announce(
        "station.publish",
        {"station": alert.station_id},
        key=f"station.publish:{alert.station_id}",
    )


@handles("alerts.release")
def release(payload: dict[str, Any]) -> None:
    alert = Alert.objects.select_related("station", "seconder").get(pk=payload["alert"])
    release_alert(alert)
    announce("alerts.count", payload, due_at=timezone.now() + COUNT_AFTER)


@handles("alerts.count")
def count(payload: dict[str, Any]) -> None:
    """Give plays their deliveries that were reported before the release had made them."""
    alert = Alert.objects.get(pk=payload["alert"])
    name = f"{alert.wire_id}.{alert.version}."
    for report in PlayReport.objects.filter(item_id__startswith=name).select_related("box"):
        # Counted by the report's own id: a second time changes nothing.
        on_play_reported(report=report)


@handles("alerts.expire")
def expire(payload: dict[str, Any]) -> None:
    expire_alert(Alert.objects.get(pk=payload["alert"]))


@handles("alerts.lapse")
def lapse(payload: dict[str, Any]) -> None:
    lapse_alert(Alert.objects.get(pk=payload["alert"]))


@every("alerts.look_at_others", seconds=60)
def look_at_others(_payload: dict[str, Any]) -> None:
    """Ask every followed feed once a minute, each in a task of its own: one may hang."""
    for pk in Feed.objects.filter(is_active=True).values_list("pk", flat=True):
        announce("alerts.fetch", {"feed": pk}, key=f"alerts.fetch:{pk}")


@handles("alerts.fetch")
def fetch(payload: dict[str, Any]) -> None:
    feed = Feed.objects.filter(pk=payload["feed"], is_active=True).first()
    if feed is not None:
        fetch_feed(feed)
