from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from tiengmo.broadcasting.models import PlayoutItem
from tiengmo.outbox.actions import announce


def cancel_playout(item: PlayoutItem) -> None:
    """Take an item off the schedule; boxes drop it, even while it plays."""
    with transaction.atomic():
        PlayoutItem.objects.filter(pk=item.pk, cancelled_at=None).update(
            cancelled_at=timezone.now()
        )
        announce(
            "station.publish",
            {"station": item.station_id},
            key=f"station.publish:{item.station_id}",
        )
