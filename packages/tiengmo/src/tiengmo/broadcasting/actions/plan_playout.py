from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from tiengmo.broadcasting.airtime import Airtime
from tiengmo.broadcasting.models import Part, PlayoutItem
from tiengmo.broadcasting.planning import HORIZON, frozen_until, hold_airtime, plan_ahead
from tiengmo.broadcasting.rules import Span, first_free_start
from tiengmo.outbox.actions import announce
from tiengmo.releases.models import Priority

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tiengmo.places.models import Unit
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
    lower priority does not hold a higher one up: what has not begun makes room for it, what plays
    is cut and goes on afterwards. Fill makes room for everything. Only an emergency is planned into
    quiet hours. The start leaves `PLAYOUT_LEAD_SECONDS` for every box to fetch the sound, so that
    all start together.
    """
    duration_ms = max(int(edition["duration_ms"]) for edition in editions)
    duration = timedelta(milliseconds=duration_ms)
    lead = timedelta(seconds=settings.PLAYOUT_LEAD_SECONDS)
    earliest = max(timezone.now() + lead, earliest_at or timezone.now())
    with transaction.atomic():
        # Two releases at once must see each other's item.
        hold_airtime(station)
        airtime = Airtime()
        start_at = _first_start(airtime, areas, priority, earliest, duration)
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
        _make_room(airtime, item)
    return item


def _first_start(
    airtime: Airtime,
    areas: Sequence[str],
    priority: str,
    earliest: datetime,
    duration: timedelta,
) -> datetime:
    villages = airtime.villages(areas)
    taken = _taken(airtime, areas, priority, earliest)
    if priority == Priority.EMERGENCY:
        return first_free_start(earliest, duration, taken)
    quiet = airtime.quiet_somewhere(villages, earliest, earliest + HORIZON)
    found = first_free_start(earliest, duration, [*taken, *quiet])
    if found > earliest + HORIZON:
        # Longer than any stretch between quiet hours, or nothing free for two days: the boxes keep
        # the hours themselves, and say so.
        return first_free_start(earliest, duration, taken)
    return found


def _taken(airtime: Airtime, areas: Iterable[str], priority: str, earliest: datetime) -> list[Span]:
    """Name the spans in which some of these villages hear something of at least this priority."""
    frozen = frozen_until(timezone.now())
    coming = PlayoutItem.objects.filter(
        cancelled_at=None, start_at__gte=earliest - timedelta(hours=2)
    )
    return [
        _span(item)
        for item in _heard(airtime, areas, coming)
        if _rank(item) >= RANK[Priority(priority)]
        and not (item.part == Part.FILL and item.start_at > frozen)
    ]


def _heard(
    airtime: Airtime, areas: Iterable[str], items: Iterable[PlayoutItem]
) -> list[PlayoutItem]:
    villages = airtime.villages(areas)
    return [item for item in items if villages & airtime.villages(item.areas)]


def _rank(item: PlayoutItem) -> int:
    return RANK[Priority(item.priority)]


def _span(item: PlayoutItem) -> Span:
    return Span(item.start_at, item.start_at + timedelta(milliseconds=item.duration_ms))


def _make_room(airtime: Airtime, item: PlayoutItem) -> None:
    """Move what has not begun and lies under an item that goes before it."""
    now = timezone.now()
    ends = _span(item).end
    under = PlayoutItem.objects.filter(
        cancelled_at=None, start_at__gt=frozen_until(now), start_at__lt=ends
    ).exclude(pk=item.pk)
    met = [
        other
        for other in _heard(airtime, item.areas, under.select_related("station"))
        if _span(other).meets(_span(item))
    ]
    fill = [other for other in met if other.part == Part.FILL]
    PlayoutItem.objects.filter(pk__in=[other.pk for other in fill]).delete()
    for other in met:
        if (
            other.part == Part.OWN
            and RANK[Priority(other.priority)] < RANK[Priority(item.priority)]
        ):
            _move(airtime, other)
    for station in {other.station for other in met if other.part not in {Part.OWN, Part.FILL}}:
        plan_ahead(station)
    for station_id in sorted({other.station_id for other in met}):
        announce("station.publish", {"station": station_id}, key=f"station.publish:{station_id}")


def _move(airtime: Airtime, item: PlayoutItem) -> None:
    duration = timedelta(milliseconds=item.duration_ms)
    PlayoutItem.objects.filter(pk=item.pk).update(cancelled_at=timezone.now())
    window = item.start_before_at - item.start_at
    item.start_at = _first_start(airtime, item.areas, item.priority, item.start_at, duration)
    item.start_before_at = item.start_at + window
    item.cancelled_at = None
    item.save(update_fields=["start_at", "start_before_at", "cancelled_at"])
