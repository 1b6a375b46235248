from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from tiengmo.broadcasting.models import PlayoutItem
from tiengmo.broadcasting.rules import Span, first_free_start
from tiengmo.outbox.actions import announce
from tiengmo.places.models import Unit
from tiengmo.places.queries import villages_in
from tiengmo.releases.models import Priority

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from tiengmo.releases.models import Release

RANK = {Priority.ROUTINE: 0, Priority.PRIORITY: 1, Priority.EMERGENCY: 2}


def plan_playout(
    *,
    station: Unit,
    title: str,
    areas: Sequence[str],
    editions: Sequence[dict[str, Any]],
    priority: str,
    start_before_at: datetime,
    release: Release | None = None,
    earliest_at: datetime | None = None,
) -> PlayoutItem:
    """Put an item on a station at the first free instant, and announce the new schedule.

    editions: [{language, sha256, bytes, duration_ms}], the longest decides the air time. An item of
    lower priority does not hold a higher one up. The start leaves `PLAYOUT_LEAD_SECONDS` for every
    box to fetch the sound, so that all start together.
    """
    duration_ms = max(int(edition["duration_ms"]) for edition in editions)
    lead = timedelta(seconds=settings.PLAYOUT_LEAD_SECONDS)
    earliest = max(timezone.now() + lead, earliest_at or timezone.now())
    with transaction.atomic():
        # Two releases at once must see each other's item: the station's row is their queue.
        Unit.objects.select_for_update().get(pk=station.pk)
        start_at = first_free_start(
            earliest, timedelta(milliseconds=duration_ms), _taken(areas, priority, earliest)
        )
        item = PlayoutItem.objects.create(
            station=station,
            title=title,
            release=release,
            areas=list(areas),
            editions=list(editions),
            priority=priority,
            start_at=start_at,
            # The queue may have moved it past its window: it is still worth one start.
            start_before_at=max(start_before_at, start_at + timedelta(seconds=30)),
            duration_ms=duration_ms,
        )
        announce("station.publish", {"station": station.pk}, key=f"station.publish:{station.pk}")
    return item


def _taken(areas: Sequence[str], priority: str, earliest: datetime) -> list[Span]:
    """Name the spans in which some of these villages hear something of at least this priority."""
    villages = set(villages_in(areas).values_list("pk", flat=True))
    coming = PlayoutItem.objects.filter(
        cancelled_at=None, start_at__gte=earliest - timedelta(hours=2)
    )
    return [
        Span(item.start_at, item.start_at + timedelta(milliseconds=item.duration_ms))
        for item in coming
        if RANK[Priority(item.priority)] >= RANK[Priority(priority)]
        and villages.intersection(villages_in(item.areas).values_list("pk", flat=True))
    ]
