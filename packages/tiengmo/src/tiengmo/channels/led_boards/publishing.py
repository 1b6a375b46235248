"""Signing what a station's boards show, and noting from which version a line is there or gone."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from tiengmo.channels.led_boards.models import BoardLine
from tiengmo.releases.models import Release
from tiengmo.speakers.actions import publish_texts

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from tiengmo.places.models import Unit
    from tiengmo.speakers.models import RetainedMessage

# A box that loses us shows on from its own store for so long: what begins by then must be in it.
AHEAD = timedelta(hours=48)


def publish(station: Unit) -> RetainedMessage | None:
    """Have everything that this station's boards show now, and nothing else, stand signed.

    Raises NoStationKey.
    """
    with transaction.atomic():
        row = publish_texts(station, lambda: _standing(station))
        if row is not None:
            lines = BoardLine.objects.filter(station=station)
            gone = lines.filter(withdrawn_at__isnull=False, withdrawn_version=None)
            gone.update(withdrawn_version=row.version)
            _standing(station).filter(first_version=None).update(first_version=row.version)
    return row


def _standing(station: Unit) -> QuerySet[BoardLine]:
    now = timezone.now()
    return BoardLine.objects.filter(
        station=station,
        withdrawn_at=None,
        until_at__gt=now,
        start_at__lt=now + AHEAD,
        # A withdrawal may pass by a line that is only being written.
        release__status=Release.Status.RELEASED,
    )
