"""Having the worker look for what waits, and for deliveries that have changed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from tiengmo.outbox.actions import announce

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

SEND, SETTLE = "partners.send", "partners.settle"
TOGETHER = timedelta(seconds=1)


def post_soon() -> None:
    """In the caller's transaction. However many pushes wait, one entry does."""
    announce(SEND, key=SEND)


def settle_soon(deliveries: Collection[UUID]) -> None:
    """Bring deliveries up to their pushes; many changes within a second are one."""
    due_at = timezone.now() + TOGETHER
    for pk in sorted(deliveries, key=str):
        announce(SETTLE, {"delivery": str(pk)}, key=f"{SETTLE}:{pk}", due_at=due_at)
