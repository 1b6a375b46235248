"""Having the worker look for messages that wait, and for deliveries that have changed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from tiengmo.channels.messages.models import Message
from tiengmo.outbox.actions import announce

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

SEND, SETTLE = "messages.send", "messages.settle"
TOGETHER = timedelta(seconds=1)


def post_soon() -> None:
    """In the caller's transaction. However many messages wait, one entry for each way does."""
    announce(SEND, {"via": Message.Via.SMS.value}, key=SEND)
    if Message.objects.filter(state=Message.State.WAITING, via=Message.Via.ZALO).exists():
        announce(SEND, {"via": Message.Via.ZALO.value}, key=f"{SEND}.zalo")


def settle_soon(deliveries: Collection[UUID | None]) -> None:
    """Bring deliveries up to their messages; many changes within a second are one."""
    due_at = timezone.now() + TOGETHER
    for pk in sorted(filter(None, deliveries), key=str):
        announce(SETTLE, {"delivery": str(pk)}, key=f"{SETTLE}:{pk}", due_at=due_at)
