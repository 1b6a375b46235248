"""Rows that must stand on the broker: versioned under a lock, published by the gateway."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from .gateway.database import wake_gateway
from .models import RetainedMessage
from .rules import next_version

if TYPE_CHECKING:
    from collections.abc import Callable


def retain(topic: str, sign: Callable[[int], str]) -> RetainedMessage:
    """Write a topic's next version; `sign` makes its text from the version it is given.

    Two writers take turns, so versions rise and the newest text is the last one written.
    """
    with transaction.atomic():
        RetainedMessage.objects.get_or_create(
            topic=topic, defaults={"payload": "", "version": 0, "published_version": 0}
        )
        row = RetainedMessage.objects.select_for_update().get(topic=topic)
        now = timezone.now()
        row.version = next_version(row.version, now)
        row.payload = sign(row.version)
        row.updated_at = now
        row.save(update_fields=["version", "payload", "updated_at"])
        wake_gateway()
        return row


def retain_signed(topic: str, text: str, *, version: int) -> RetainedMessage | None:
    """Have a text stand whose version people's signatures have fixed; None: a newer one does."""
    with transaction.atomic():
        RetainedMessage.objects.get_or_create(
            topic=topic, defaults={"payload": "", "version": 0, "published_version": 0}
        )
        row = RetainedMessage.objects.select_for_update().get(topic=topic)
        if row.version >= version:
            return None
        row.version, row.payload, row.updated_at = version, text, timezone.now()
        row.save(update_fields=["version", "payload", "updated_at"])
        wake_gateway()
        return row
