"""What the worker runs for this app."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from django.utils import timezone

from tiengmo.broadcasting.actions import make_episodes, publish_station
from tiengmo.broadcasting.airtime import Airtime
from tiengmo.broadcasting.models import PlayoutItem, ShowRule
from tiengmo.broadcasting.planning import plan_ahead
from tiengmo.outbox.registry import Later, every, handles
from tiengmo.places.models import Unit
from tiengmo.places.queries import top_units
from tiengmo.speakers.actions import publish_assignment
from tiengmo.speakers.errors import NoStationKey
from tiengmo.speakers.models import Box

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


@handles("broadcasting.plan")
def plan(payload: dict[str, Any]) -> None:
    """Somebody changed the week of a station: give what follows its items."""
    plan_ahead(Unit.objects.get(pk=payload["station"]))


@handles("broadcasting.tell_boxes")
def tell_boxes(payload: dict[str, Any]) -> None:
    """The rules of an area changed: sign every box's assignment there anew."""
    units = Airtime().below(payload["unit"])
    boxes = Box.objects.filter(village__unit__in=units, retired_at=None)
    for box in boxes.select_related("village__unit"):
        publish_assignment(box)


@every("broadcasting.roll", seconds=3600)
def roll(_payload: dict[str, Any]) -> None:
    """Move every station's 48 hours on, so that a box that loses us holds as much as it can."""
    make_episodes(ShowRule.objects.select_related("show"))
    for top in top_units():
        plan_ahead(top)
    recent = PlayoutItem.objects.filter(start_before_at__gt=timezone.now() - timedelta(hours=48))
    for station in Unit.objects.filter(pk__in=recent.values("station")):
        try:
            publish_station(station)
        except NoStationKey as error:
            # One station without a key must not keep the others' boxes waiting.
            logger.warning("%s", error)
