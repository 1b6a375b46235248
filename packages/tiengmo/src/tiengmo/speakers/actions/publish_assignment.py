from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone
from speaker_link import topics
from speaker_link.envelope import compose, sign
from speaker_link.messages import Assignment

from tiengmo.places.queries import area_path
from tiengmo.speakers.area_rules import allowed_in, limits_on_wire, quiet_hours_of
from tiengmo.speakers.keys import gateway_signer
from tiengmo.speakers.retention import retain
from tiengmo.speakers.rules import quiet_hours_on_wire
from tiengmo.speakers.technician.profiles import hours_on_wire

if TYPE_CHECKING:
    from tiengmo.speakers.models import Box, RetainedMessage


def publish_assignment(box: Box) -> RetainedMessage:
    """Tell a box where it stands and what it obeys: areas, stations, languages, hours, volume.

    Raises:
        NoStationKey: the gateway has no key to sign with.
    """
    path = area_path(box.village)
    signer = gateway_signer()
    allowed = allowed_in(box.village.unit)

    def signed(version: int) -> str:
        body = Assignment(
            version=version,
            serial=box.serial,
            areas=path,
            languages=list(box.village.languages) or ["vi"],
            quiet_hours=quiet_hours_on_wire(quiet_hours_of(box, allowed), timezone.localtime()),
            limits=limits_on_wire(allowed, timezone.localtime()),
            volume=box.volume,
            volume_hours=hours_on_wire(box, timezone.localtime()),
            max_volume=box.max_volume,
            # Every unit above the village has a station of its own, and a box follows them all.
            stations=path[1:],
            gateway_url=settings.GATEWAY_URL,
            is_test_mode=box.is_test_mode,
        )
        return sign(compose(body, now=timezone.now(), to=box.serial), by=[signer])

    return retain(topics.assignment(box.serial), signed)
