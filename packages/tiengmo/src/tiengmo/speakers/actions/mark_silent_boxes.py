from __future__ import annotations

from django.db.models import F
from django.utils import timezone

from tiengmo.speakers import events
from tiengmo.speakers.models import Box, CommandState, OutgoingCommand
from tiengmo.speakers.rules import SILENT_AFTER


def mark_silent_boxes() -> int:
    """Take for silent whoever has not been heard for too long: the fallback where no will came."""
    now = timezone.now()
    silent = list(Box.objects.filter(is_online=True, last_seen_at__lt=now - SILENT_AFTER))
    marked = 0
    for box in silent:
        taken = Box.objects.filter(pk=box.pk, last_seen_at=box.last_seen_at).update(
            is_online=False,
            silent_since=F("last_seen_at"),
            online_since=None,
            playing_item="",
            changed_at=now,
        )
        if taken:
            marked += 1
            events.presence_changed.send(sender=Box, box=box, is_online=False)
    return marked


def expire_commands() -> int:
    """Close orders that nobody answered in time."""
    return OutgoingCommand.objects.filter(
        state__in=[CommandState.WAITING, CommandState.SENT], expires_at__lt=timezone.now()
    ).update(state=CommandState.EXPIRED)
