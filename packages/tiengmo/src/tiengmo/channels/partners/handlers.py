"""What the worker runs for this channel."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from tiengmo.channels.partners.models import Push, Subscription
from tiengmo.channels.partners.posting import SEND, SETTLE, post_soon
from tiengmo.channels.partners.sending import running
from tiengmo.channels.partners.settling import settle
from tiengmo.outbox.registry import Lane, every, handles
from tiengmo.releases.models import Delivery

KEPT_FOR = timedelta(days=400)
QUESTIONS_KEPT_FOR = timedelta(days=7)


@handles(SEND, lane=Lane.OUTSIDE)
def send(_payload: dict[str, Any]) -> None:
    running.send_due()


@handles(SETTLE)
def settle_delivery(payload: dict[str, Any]) -> None:
    for delivery in Delivery.objects.select_related("release").filter(pk=payload["delivery"]):
        settle(delivery)


@every("partners.look", seconds=60)
def look(_payload: dict[str, Any]) -> None:
    """Whatever became of the entry that sends: nothing that waits is forgotten."""
    waiting = Q(pushes__state__in=(Push.State.WAITING, Push.State.SENDING)) | ~Q(wanted="")
    over = Q(state=Subscription.State.ACTIVE, lease_until__lte=timezone.now())
    if Subscription.objects.filter(waiting | over).exists():
        post_soon()


@every("partners.forget", seconds=3600)
def forget(_payload: dict[str, Any]) -> None:
    """What was asked and never meant is forgotten after a week, who had what after a year."""
    now = timezone.now()
    ended = Subscription.objects.filter(state=Subscription.State.ENDED)
    ended.filter(ended_at__lt=now - QUESTIONS_KEPT_FOR, pushes=None).delete()
    Push.objects.filter(due_at__lt=now - KEPT_FOR).exclude(
        state__in=(Push.State.WAITING, Push.State.SENDING)
    ).delete()
