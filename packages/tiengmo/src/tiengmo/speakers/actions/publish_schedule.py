from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from django.db import transaction
from django.utils import timezone
from speaker_link import topics
from speaker_link.envelope import compose, sign
from speaker_link.kinds import Priority
from speaker_link.messages import MAX_ITEMS, Edition, Prefetch, Schedule, ScheduleItem

from tiengmo.speakers.errors import SpeakerError
from tiengmo.speakers.keys import station_signers
from tiengmo.speakers.models import AnnouncedItem, AwaitedSound, RetainedMessage
from tiengmo.speakers.retention import retain
from tiengmo.speakers.rules import HORIZON

# As many as a schedule carries (speaker-link).
MAX_PREFETCH = 100

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from typing import Any
    from uuid import UUID

    from tiengmo.places.models import Unit


class Item(Protocol):
    """What a station wants played; `broadcasting.PlayoutItem` is one."""

    id: UUID | str
    title: str
    areas: Sequence[str]
    editions: Sequence[dict[str, Any]]
    priority: str
    start_at: datetime
    start_before_at: datetime


def publish_schedule(
    station: Unit, items: Iterable[Item], *, withdrawn: Iterable[str] = ()
) -> RetainedMessage:
    """Sign a station's next 48 hours and have them stand on the broker, replacing what stood.

    `withdrawn` items are stopped even while they play. The version rises with every call.

    Raises:
        NoStationKey: nobody may sign for this station (or for an emergency, only one may).
        SpeakerError: more items than one message carries.
    """
    items = sorted(items, key=lambda item: (item.start_at, str(item.id)))
    withdrawn = sorted(set(withdrawn) - {str(item.id) for item in items})
    if max(len(items), len(withdrawn)) > MAX_ITEMS:
        raise SpeakerError(f"{station}: {len(items)} items, {len(withdrawn)} withdrawn")
    now = timezone.now()
    wire = [_on_wire(item, station) for item in items]
    prefetch = [
        Prefetch(sha256=sound.sha256, bytes=sound.bytes)
        for sound in AwaitedSound.objects.filter(station=station, until_at__gt=now).order_by(
            "-until_at"
        )[:MAX_PREFETCH]
    ]
    valid_from = min([now, *(item.start for item in wire)])
    valid_to = now + HORIZON

    def signed(version: int) -> str:
        body = Schedule(
            version=version,
            station=station.code,
            valid_from=valid_from,
            valid_to=valid_to,
            items=wire,
            withdrawn_items=withdrawn,
            prefetch=prefetch,
        )
        priority = Priority(body.highest_priority)
        message = compose(
            body, now=now, areas=[station.code], priority=priority, lives=valid_to - now
        )
        return sign(message, by=station_signers(station, priority))

    with transaction.atomic():
        row = retain(topics.schedule(station.code), signed)
        AnnouncedItem.objects.bulk_create(
            [
                AnnouncedItem(
                    item_id=str(item.id),
                    station=station,
                    title=item.title[:300],
                    start_at=item.start_at,
                )
                for item in items
            ],
            update_conflicts=True,
            unique_fields=["item_id"],
            update_fields=["station", "title", "start_at"],
        )
    return row


def _on_wire(item: Item, station: Unit) -> ScheduleItem:
    return ScheduleItem(
        id=str(item.id),
        start=item.start_at,
        start_before=item.start_before_at,
        priority=Priority(item.priority),
        areas=list(item.areas) or [station.code],
        title=" ".join(item.title.split())[:300],
        editions=[
            Edition(
                language=edition["language"],
                sha256=edition["sha256"],
                bytes=edition["bytes"],
                duration_ms=edition["duration_ms"],
            )
            for edition in item.editions
        ],
    )
