"""What the worker runs for this channel."""

from __future__ import annotations

from typing import Any

from tiengmo.channels.messages.actions import forget_old
from tiengmo.channels.messages.models import Message
from tiengmo.channels.messages.providers import FORMS
from tiengmo.channels.messages.queries import provider_in_use
from tiengmo.channels.messages.receipts import settle
from tiengmo.channels.messages.sending import running
from tiengmo.channels.messages.sending.posting import SEND, SETTLE, post_soon
from tiengmo.outbox.registry import Lane, every, handles
from tiengmo.releases.models import Delivery


@handles(SEND, lane=Lane.OUTSIDE)
def send(payload: dict[str, Any]) -> None:
    running.send_due(payload.get("via", Message.Via.SMS))


@handles(SETTLE)
def settle_delivery(payload: dict[str, Any]) -> None:
    rows = Delivery.objects.select_related("village", "release").filter(pk=payload["delivery"])
    for delivery in rows:
        settle(delivery)


@every("messages.look", seconds=60)
def look(_payload: dict[str, Any]) -> None:
    """Whatever became of the entry that sends: nothing that waits is forgotten."""
    waiting = (Message.State.WAITING, Message.State.SENDING)
    if Message.objects.filter(state__in=waiting).exists():
        post_soon()
        return
    provider = provider_in_use()
    fetches = provider is not None and not FORMS[provider.form].calls_back
    if provider is not None and fetches and running.awaits_reports(provider):
        post_soon()


@every("messages.forget", seconds=3600)
def forget(_payload: dict[str, Any]) -> None:
    forget_old()
