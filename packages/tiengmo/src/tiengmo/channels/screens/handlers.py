"""What the worker runs for this channel."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy

from tiengmo.channels.screens.channel import CLOSE
from tiengmo.channels.screens.models import Screen, WrongCode
from tiengmo.channels.screens.playlists import CHANNEL
from tiengmo.outbox.registry import every, handles
from tiengmo.releases.actions import move_delivery
from tiengmo.releases.models import Delivery, DeliveryStatus
from tiengmo.releases.workflow import OPEN

MOVED_AWAY = gettext_lazy("Màn hình đã chuyển sang nơi khác trước khi chiếu.")


@handles(CLOSE)
def close(payload: dict[str, Any]) -> None:
    """After the window: a screen that proved no play has shown nothing, as far as is known."""
    rows = Delivery.objects.filter(release=payload["release"], channel=CHANNEL, status__in=OPEN)
    moved = Screen.objects.exclude(left=[]).values_list("pk", "left")
    left = {str(pk): releases for pk, releases in moved}
    # One that was taken back and has not let go stays open until it has.
    for delivery in rows.exclude(reason="screen_holds"):
        if payload["release"] in left.get(delivery.target, ()):
            move_delivery(delivery, DeliveryStatus.CANCELLED, detail=str(MOVED_AWAY))
            continue
        reason = "not_shown" if delivery.was_online else "screen_offline"
        move_delivery(delivery, DeliveryStatus.FAILED_PERMANENTLY, reason=reason)


@every("screens.forget", seconds=3600)
def forget(_payload: dict[str, Any]) -> None:
    """Wrong codes are kept for a day."""
    WrongCode.objects.filter(at__lt=timezone.now() - timedelta(days=1)).delete()
