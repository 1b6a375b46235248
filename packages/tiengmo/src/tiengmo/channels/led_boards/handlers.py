"""What the worker runs for this channel."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from django.utils import timezone

from tiengmo.channels.led_boards.channel import CLOSE
from tiengmo.channels.led_boards.models import BoardLine
from tiengmo.channels.led_boards.publishing import publish
from tiengmo.channels.led_boards.trail import CHANNEL, HOLDS
from tiengmo.outbox.registry import every, handles
from tiengmo.places.models import Unit
from tiengmo.releases.actions import move_delivery
from tiengmo.releases.models import Delivery, DeliveryStatus
from tiengmo.releases.workflow import OPEN
from tiengmo.speakers.errors import NoStationKey

logger = logging.getLogger(__name__)

# As long as a message that was signed last may still be shown.
LATELY = timedelta(hours=49)


@every("led_boards.roll", seconds=3600)
def roll(_payload: dict[str, Any]) -> None:
    """Sign every station's texts anew: a box that loses us shows on as long as it can."""
    recent = BoardLine.objects.filter(until_at__gt=timezone.now() - LATELY)
    for station in Unit.objects.filter(pk__in=recent.values("station")):
        try:
            publish(station)
        except NoStationKey as error:
            # One station without a key must not keep the others' boards waiting.
            logger.warning("%s", error)


@handles(CLOSE)
def close(payload: dict[str, Any]) -> None:
    """After the window: what no board has proved has not been shown, as far as is known."""
    rows = Delivery.objects.filter(release=payload["release"], channel=CHANNEL, status__in=OPEN)
    for delivery in rows.exclude(reason=HOLDS):
        reason = delivery.reason or ("board_silent" if delivery.was_online else "box_offline")
        move_delivery(delivery, DeliveryStatus.FAILED_PERMANENTLY, reason=reason)
