from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from tiengmo.broadcasting.models import PlayoutItem
from tiengmo.speakers.actions import publish_schedule

if TYPE_CHECKING:
    from tiengmo.places.models import Unit

HORIZON = timedelta(hours=48)


def publish_station(station: Unit) -> None:
    """Hand a station's next 48 hours to its boxes, signed; and what was taken off them."""
    now = timezone.now()
    current = PlayoutItem.objects.filter(station=station, start_at__lt=now + HORIZON)
    # Still worth a start, or still playing.
    items: list[Any] = list(
        current.filter(cancelled_at=None).filter(
            Q(start_before_at__gt=now) | Q(start_at__gt=now - timedelta(hours=1))
        )
    )
    taken_off = list(
        current.filter(cancelled_at__isnull=False, start_before_at__gt=now - HORIZON).values_list(
            "pk", flat=True
        )
    )
    with transaction.atomic():
        row = publish_schedule(station, items, withdrawn=[str(pk) for pk in taken_off])
        # A box that goes by this version, or a later one, has let go of them.
        PlayoutItem.objects.filter(pk__in=taken_off, cancelled_version=None).update(
            cancelled_version=row.version
        )
