from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from tiengmo.speakers import events
from tiengmo.speakers.models import Box, CommandState, OutgoingCommand
from tiengmo.speakers.rules import SILENT_AFTER
from tiengmo.speakers.technician import outages

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime


def mark_silent_boxes(is_listened_to: Callable[[str], bool] | None = None) -> int:
    """Take for silent whoever has not been heard for too long: the fallback where no will came.

    `is_listened_to` tells of a serial whether somebody has listened long enough to judge.
    """
    now = timezone.now()
    silent = Box.objects.filter(is_online=True, last_seen_at__lt=now - SILENT_AFTER)
    return sum(
        _mark(box, now) for box in silent if is_listened_to is None or is_listened_to(box.serial)
    )


def _mark(box: Box, now: datetime) -> bool:
    with transaction.atomic():
        taken = Box.objects.filter(pk=box.pk, is_online=True, last_seen_at=box.last_seen_at).update(
            is_online=False,
            silent_since=F("last_seen_at"),
            online_since=None,
            playing_item="",
            changed_at=now,
        )
        if taken and box.last_seen_at is not None:
            outages.fell_silent(box, box.last_seen_at)
            events.presence_changed.send(sender=Box, box=box, is_online=False)
    return bool(taken)


def expire_commands() -> int:
    """Close orders that nobody answered in time."""
    return OutgoingCommand.objects.filter(
        state__in=[CommandState.WAITING, CommandState.SENT], expires_at__lt=timezone.now()
    ).update(state=CommandState.EXPIRED)
