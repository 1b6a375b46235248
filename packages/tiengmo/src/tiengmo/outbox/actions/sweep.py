from __future__ import annotations

import logging
import threading
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from tiengmo.outbox import registry
from tiengmo.outbox.actions.announce import announce
from tiengmo.outbox.models import OutboxEntry

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=45)
RENEW_SECONDS = 12.0
GIVE_UP_AFTER = 25
LONGEST_BACK_OFF_SECONDS = 600.0


def back_off_seconds(attempts: int) -> float:
    """Seconds to wait after the n-th failure: 1, 2, 4, … at most ten minutes."""
    return min(2.0 ** min(attempts - 1, 30), LONGEST_BACK_OFF_SECONDS)


def sweep(topics: Collection[str], *, limit: int = 20) -> int:
    """Run what is due among these topics, and say how many entries were taken.

    Safe to run in any number of processes: an entry is leased before it runs, and a lease that
    nobody renews (its worker died) runs out after 45 s and is taken up again.
    """
    taken = _lease(topics, limit)
    for entry in taken:
        _run(entry)
    return len(taken)


def _lease(topics: Collection[str], limit: int) -> list[OutboxEntry]:
    now = timezone.now()
    due = (
        OutboxEntry.objects.filter(
            done_at=None, given_up_at=None, due_at__lte=now, topic__in=topics
        )
        .filter(Q(leased_until=None) | Q(leased_until__lt=now))
        .order_by("due_at")
    )
    # A cheap look first: idle workers must not take SQLite's only write lock ten times a second.
    if not due.exists():
        return []
    lease = uuid.uuid4()
    with transaction.atomic():
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True)
        ids = list(due.values_list("pk", flat=True)[:limit])
        OutboxEntry.objects.filter(pk__in=ids).update(lease=lease, leased_until=now + LEASE)
    return list(OutboxEntry.objects.filter(lease=lease, done_at=None).order_by("due_at"))


def _run(entry: OutboxEntry) -> None:
    registration = registry.registration(entry.topic)
    mine = OutboxEntry.objects.filter(pk=entry.pk, lease=entry.lease)
    if registration is None or not mine.filter(done_at=None).exists():
        return
    finished = threading.Event()
    keeper = threading.Thread(target=_keep_lease, args=(entry, finished), daemon=True)
    keeper.start()
    try:
        registration.handler(entry.payload)
    except registry.Later as later:
        _run_later(entry, timezone.now() + timedelta(seconds=later.seconds))
    except Exception as error:
        # Whatever went wrong, the entry stays and is tried again: that is what an outbox is for.
        logger.exception("outbox: %s failed (attempt %d)", entry, entry.attempts + 1)
        _put_back(entry, error)
    else:
        done_at = timezone.now()
        with transaction.atomic():
            mine.update(done_at=done_at, leased_until=None)
            if registration.every_seconds is not None:
                again = done_at + timedelta(seconds=registration.every_seconds)
                announce(entry.topic, key=f"every:{entry.topic}", due_at=again)
    finally:
        finished.set()


def _run_later(entry: OutboxEntry, due_at: datetime) -> None:
    """Have it wait again; when a later entry of its key already does, that one does its work."""
    mine = OutboxEntry.objects.filter(pk=entry.pk, lease=entry.lease)
    try:
        with transaction.atomic():
            mine.update(due_at=due_at, leased_until=None, lease=None)
    except IntegrityError:
        mine.update(done_at=timezone.now(), leased_until=None)


def _put_back(entry: OutboxEntry, error: Exception) -> None:
    attempts = entry.attempts + 1
    now = timezone.now()
    is_given_up = attempts >= GIVE_UP_AFTER
    mine = OutboxEntry.objects.filter(pk=entry.pk, lease=entry.lease)
    newer_waits = entry.key and (
        OutboxEntry.objects.filter(key=entry.key, done_at=None, given_up_at=None, lease=None)
        .exclude(pk=entry.pk)
        .exists()
    )
    mine.update(
        attempts=attempts,
        last_error=f"{type(error).__name__}: {error}"[:2000],
        due_at=now + timedelta(seconds=back_off_seconds(attempts)),
        leased_until=None,
        # A later entry of the same key does this one's work too.
        lease=entry.lease if newer_waits else None,
        done_at=now if newer_waits else None,
        given_up_at=now if is_given_up and not newer_waits else None,
    )


def _keep_lease(entry: OutboxEntry, finished: threading.Event) -> None:
    try:
        while not finished.wait(RENEW_SECONDS):
            OutboxEntry.objects.filter(pk=entry.pk, lease=entry.lease, done_at=None).update(
                leased_until=timezone.now() + LEASE
            )
    except Exception:
        logger.exception("outbox: could not renew the lease of %s", entry)
    finally:
        connection.close()
