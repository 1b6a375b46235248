"""What two people signed of an emergency voice goes out as they signed it; nothing is added."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from speaker_link import topics
from speaker_link.envelope import peek

from tiengmo.speakers import keys
from tiengmo.speakers.models import AnnouncedItem, StationKey
from tiengmo.speakers.retention import retain_signed
from tiengmo.studio import rules
from tiengmo.studio.errors import NotPossible
from tiengmo.studio.models import EmergencyVoice, LiveTakeover

if TYPE_CHECKING:
    from speaker_link.envelope import Signer

    from tiengmo.speakers.models import RetainedMessage


def next_stream(takeover: LiveTakeover) -> str:
    """The name of the next stream that both people signed. In a transaction; raises NotPossible."""
    voice = EmergencyVoice.objects.select_for_update().get(takeover=takeover)
    if voice.streams_used >= rules.EMERGENCY_STREAMS:
        raise NotPossible(_("Phòng phát đã khởi động lại quá nhiều lần trong buổi này."))
    voice.streams_used += 1
    voice.save(update_fields=["streams_used"])
    stream: str = peek(voice.texts[voice.streams_used - 1]).body.stream
    return stream


def announce_emergency(
    takeover: LiveTakeover, *, ended: bool = False
) -> tuple[RetainedMessage, Signer]:
    """Have the text of the current stream stand on the broker, or the one that it is over.

    The signer is the station's key that both people named for the sound. Raises NoStationKey.
    """
    voice = EmergencyVoice.objects.select_related("station").get(takeover=takeover)
    text = voice.texts[-1 if ended else voice.streams_used - 1]
    body = peek(text).body
    topic = topics.takeover(body.station, body.takeover)
    row = retain_signed(topic, text, version=body.version)
    if row is None:
        raise NotPossible(_("Buổi phát này đã kết thúc."))
    if not ended:
        # Boxes report what they played by this name.
        AnnouncedItem.objects.update_or_create(
            item_id=f"{body.takeover}.{body.stream}",
            defaults={
                "station": voice.station,
                "title": body.title,
                "start_at": takeover.started_at,
            },
        )
    return row, keys.signer(StationKey.objects.select_related("unit").get(pk=voice.kid))
