from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from tiengmo.outbox.models import OutboxEntry

if TYPE_CHECKING:
    from datetime import datetime


def announce(
    topic: str,
    payload: dict[str, Any] | None = None,
    *,
    due_at: datetime | None = None,
    key: str = "",
) -> OutboxEntry:
    """Write what must follow, in the caller's transaction; a worker runs it once that commits.

    due_at: instant, default now. key: when an entry with this key already waits, that one is
    returned, made due earlier if asked for. Who announces several keys does it in their order:
    each entry stays locked until the caller commits.
    """
    due_at = due_at or timezone.now()
    if not key:
        return OutboxEntry.objects.create(topic=topic, payload=payload or {}, due_at=due_at)
    waiting = OutboxEntry.objects.filter(key=key, done_at=None, given_up_at=None, lease=None)
    entry = waiting.first()
    if entry is None:
        try:
            with transaction.atomic():
                return OutboxEntry.objects.create(
                    topic=topic, payload=payload or {}, due_at=due_at, key=key
                )
        except IntegrityError:  # somebody else announced it in this very moment
            return announce(topic, payload, due_at=due_at, key=key)
    # Written even when nothing changes: that keeps a worker from taking the entry, and reading too
    # early, before the caller commits. If one leased it meanwhile, there must be another.
    entry.due_at = min(due_at, entry.due_at)
    if not waiting.filter(pk=entry.pk).update(due_at=entry.due_at):
        return announce(topic, payload, due_at=due_at, key=key)
    return entry
