"""The signed word that a station's boxes leave their schedule for a stream, or come back to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone
from speaker_link import topics
from speaker_link.envelope import Signer, compose, sign
from speaker_link.kinds import Priority
from speaker_link.messages import Takeover

from tiengmo.outbox.actions import announce
from tiengmo.speakers.keys import station_signers
from tiengmo.speakers.models import AnnouncedItem, RetainedMessage
from tiengmo.speakers.retention import retain

if TYPE_CHECKING:
    from datetime import datetime

    from tiengmo.places.models import Unit

# Boxes that were away must still hear that it is over.
CLEARED_AFTER = timedelta(minutes=10)


@dataclass(frozen=True)
class OnAir:
    """What is said of one takeover, whoever or whatever speaks in it."""

    takeover: str
    station: Unit
    title: str
    areas: list[str]
    priority: str
    stream: str
    start: datetime
    until: datetime
    is_relay: bool = False


def announce_on_air(on_air: OnAir, *, ended: bool = False) -> tuple[RetainedMessage, Signer]:
    """Have it stand on the broker; give the row and who signs the stream's segments.

    Raises:
        NoStationKey: nobody may sign for this station and priority.
    """
    priority = Priority(on_air.priority)
    signer = station_signers(on_air.station, priority)[0]
    title = " ".join(on_air.title.split())[:300]

    def signed(version: int) -> str:
        body = Takeover(
            version=version,
            takeover=on_air.takeover,
            station=on_air.station.code,
            title=title,
            stream=on_air.stream,
            kid=signer.key.kid,
            start=on_air.start,
            until=on_air.until,
            ended=ended,
            relay=on_air.is_relay,
        )
        message = compose(body, now=timezone.now(), areas=on_air.areas, priority=priority)
        return sign(message, by=[signer])

    row = retain(topics.takeover(on_air.station.code, on_air.takeover), signed)
    if not ended:
        # Boxes report what they played by this name.
        AnnouncedItem.objects.update_or_create(
            item_id=f"{on_air.takeover}.{on_air.stream}",
            defaults={"station": on_air.station, "title": title, "start_at": on_air.start},
        )
    return row, signer


def clear_later(station_code: str, takeover: str, until: datetime) -> None:
    """Have the word leave the broker once no box that was away can need it any more."""
    announce(
        "studio.clear",
        {"topic": topics.takeover(station_code, takeover)},
        due_at=until + CLEARED_AFTER,
    )
