from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from tiengmo.audit.actions import record
from tiengmo.broadcasting.models import PlayoutItem
from tiengmo.outbox.actions import announce
from tiengmo.places.queries import carried

if TYPE_CHECKING:
    from tiengmo.audit.actors import Actor
    from tiengmo.places.models import Unit


def carry_stations_over(
    *, predecessor: Unit, successor: Unit, by: Actor, **_rest: Any
) -> list[PlayoutItem]:
    """Let what a merged unit's station still has to play go on from its successor's station.

    The same villages hear it: an area code that means more households now is written as the
    villages it meant when the item was planned. What has been played keeps its station.
    """
    now = timezone.now()
    with transaction.atomic():
        coming = list(
            PlayoutItem.objects.select_for_update().filter(
                station=predecessor, cancelled_at=None, start_before_at__gt=now
            )
        )
        for item in coming:
            item.station = successor
            item.areas = carried(item.areas, known_at=item.created_at)
            item.save(update_fields=["station", "areas"])
        if coming:
            record(
                "broadcasting.station_carried_over",
                by=by,
                subject=successor,
                detail={"predecessor": predecessor.code, "items": len(coming)},
            )
        # A successor that keeps the code speaks on the same topic: the old one must not clear it.
        stations = {unit.code: unit for unit in (predecessor, successor)}.values()
        for station in stations if coming else ():
            announce(
                "station.publish", {"station": station.pk}, key=f"station.publish:{station.pk}"
            )
    return coming
