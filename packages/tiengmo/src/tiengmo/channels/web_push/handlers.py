"""What the worker runs for this channel."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from tiengmo.channels.web_push.models import Notice
from tiengmo.channels.web_push.posting import SEND, SETTLE, post_soon
from tiengmo.channels.web_push.receipts import settle
from tiengmo.channels.web_push.sending import running
from tiengmo.outbox.registry import Lane, every, handles
from tiengmo.releases.models import Delivery

KEPT_FOR = timedelta(days=30)


@handles(SEND, lane=Lane.OUTSIDE)
def send(_payload: dict[str, Any]) -> None:
    running.send_due()


@handles(SETTLE)
def settle_delivery(payload: dict[str, Any]) -> None:
    rows = Delivery.objects.select_related("village", "release").filter(pk=payload["delivery"])
    for delivery in rows:
        settle(delivery)


@every("web_push.look", seconds=60)
def look(_payload: dict[str, Any]) -> None:
    """Whatever became of the entry that sends: nothing that waits is forgotten."""
    waiting = (Notice.State.WAITING, Notice.State.SENDING)
    if Notice.objects.filter(state__in=waiting).exists():
        post_soon()


@every("web_push.forget", seconds=3600)
def forget(_payload: dict[str, Any]) -> None:
    """Who was told what is kept for a month; what reached households is a receipt by then."""
    Notice.objects.filter(due_at__lt=timezone.now() - KEPT_FOR).delete()
