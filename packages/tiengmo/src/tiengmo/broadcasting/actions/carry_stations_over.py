from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from tiengmo.audit.actions import record
from tiengmo.broadcasting.models import (
    AreaRules,
    Episode,
    FillRule,
    PlayoutItem,
    Pool,
    Show,
)
from tiengmo.outbox.actions import announce
from tiengmo.places.queries import carried

if TYPE_CHECKING:
    from datetime import datetime

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
        programmes = _carry_programmes(predecessor, successor, now)
        if coming or programmes:
            record(
                "broadcasting.station_carried_over",
                by=by,
                subject=successor,
                detail={
                    "predecessor": predecessor.code,
                    "items": len(coming),
                    "programmes": programmes,
                },
            )
        # A successor that keeps the code speaks on the same topic: the old one must not clear it.
        apart = {unit.code: unit for unit in (predecessor, successor)}.values()
        stations = sorted(apart, key=lambda unit: unit.pk)
        for station in stations if coming or programmes else ():
            announce(
                "station.publish", {"station": station.pk}, key=f"station.publish:{station.pk}"
            )
    return coming


def _carry_programmes(predecessor: Unit, successor: Unit, now: datetime) -> int:
    """Let the shows, pools and coming episodes of a merged unit's station be its successor's.

    Fill hours go over where the successor has none at that time; the rules of the area do where it
    has none at all. Of two, an operator there decides.
    """
    carried_shows = Show.objects.filter(station=predecessor, closed_at=None).update(
        station=successor
    )
    Episode.objects.filter(station=predecessor, start_at__gt=now).update(station=successor)
    Pool.objects.filter(station=predecessor).update(station=successor)
    for rule in FillRule.objects.filter(station=predecessor):
        same = FillRule.objects.filter(
            station=successor, from_at__lt=rule.to_at, to_at__gt=rule.from_at
        )
        if not same.exists():
            rule.station = successor
            rule.save(update_fields=["station"])
    if not AreaRules.objects.filter(unit=successor).exists():
        AreaRules.objects.filter(unit=predecessor).update(unit=successor)
    announce(
        "broadcasting.plan", {"station": successor.pk}, key=f"broadcasting.plan:{successor.pk}"
    )
    return carried_shows
