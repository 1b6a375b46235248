"""What the worker runs for this app."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from django.utils import timezone

from tiengmo.broadcasting.actions import publish_station
from tiengmo.broadcasting.models import PlayoutItem
from tiengmo.outbox.registry import Later, every, handles
from tiengmo.places.models import Unit
from tiengmo.speakers.errors import NoStationKey

logger = logging.getLogger(__name__)

WAIT_FOR_KEY_SECONDS = 30.0


@handles("station.publish")
def station_publish(payload: dict[str, Any]) -> None:
    station = Unit.objects.get(pk=payload["station"])
    try:
        publish_station(station)
    except NoStationKey as error:
        # A station that has just been made (a merger) speaks as soon as its key is issued.
        logger.warning("%s", error)
        raise Later(WAIT_FOR_KEY_SECONDS) from error


@every("broadcasting.roll", seconds=3600)
def roll(_payload: dict[str, Any]) -> None:
    """Move every station's 48 hours on, so that a box that loses us holds as much as it can."""
    recent = PlayoutItem.objects.filter(start_before_at__gt=timezone.now() - timedelta(hours=48))
    for station in Unit.objects.filter(pk__in=recent.values("station")):
        publish_station(station)
