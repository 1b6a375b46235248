from __future__ import annotations

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from speaker_link import topics

from tiengmo.speakers.gateway.database import wake_gateway
from tiengmo.speakers.models import RetainedMessage


def clear_alert(station_code: str, alert: str) -> None:
    """Take an alert that is over off the broker: boxes that connect later are not told of it.

    Its row keeps the version, so that no older alert of this name is ever published again.
    """
    with transaction.atomic():
        RetainedMessage.objects.filter(topic=topics.alert(station_code, alert)).exclude(
            payload=""
        ).update(payload="", version=F("version") + 1, updated_at=timezone.now())
        wake_gateway()
