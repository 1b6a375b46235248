from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from tiengmo.alerts import events
from tiengmo.alerts.models import Alert
from tiengmo.alerts.workflow import State
from tiengmo.audit.actions import record
from tiengmo.audit.actors import SYSTEM
from tiengmo.speakers.actions import clear_alert


def expire_alert(alert: Alert) -> None:
    """Close an alert whose time is over: boxes have ended it by themselves at that instant."""
    with transaction.atomic():
        row = (
            Alert.objects.select_for_update(of=("self",)).select_related("station").get(pk=alert.pk)
        )
        now = timezone.now()
        if row.state != State.ISSUED or row.expires_at is None or row.expires_at > now:
            return
        row.state = State.EXPIRED
        row.ended_at = row.expires_at
        row.save(update_fields=["state", "ended_at"])
        clear_alert(row.station.code, row.wire_id)
        record("alerts.expired", by=SYSTEM, subject=row, detail={"identifier": row.identifier})
        events.ended.send(Alert, alert=row, state=State.EXPIRED)
