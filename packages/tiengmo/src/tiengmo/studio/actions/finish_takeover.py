from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from tiengmo.audit.actions import record
from tiengmo.outbox.actions import announce
from tiengmo.releases.models import Priority
from tiengmo.studio.announcing import announce_on_air, clear_later
from tiengmo.studio.models import EndReason, LiveTakeover
from tiengmo.studio.workflow import TakeoverState, after

from .emergency_streams import announce_emergency
from .open_stream import on_air_of

if TYPE_CHECKING:
    from tiengmo.audit.actors import Actor


def finish_takeover(
    takeover: LiveTakeover, *, by: Actor, reason: EndReason | None = None
) -> LiveTakeover:
    """Give the boxes back to their schedule now, and have the recording kept.

    Finishing twice is no error.

    Raises:
        NoStationKey: the station's key is gone; the boxes then end it at `until`.
    """
    with transaction.atomic():
        held = (
            LiveTakeover.objects.select_for_update().select_related("station").get(pk=takeover.pk)
        )
        if held.state == TakeoverState.ENDED:
            return held
        now = timezone.now()
        held.state = after(held.state, "finish")
        held.state_at = held.ended_at = now
        held.end_reason = reason or held.end_reason or EndReason.STOPPED
        held.save(update_fields=["state", "state_at", "ended_at", "end_reason"])
        if held.stream and now < held.until_at:
            if held.priority == Priority.EMERGENCY:
                announce_emergency(held, ended=True)
            else:
                announce_on_air(on_air_of(held), ended=True)
        held.events.filter(ended_at=None).exclude(kind__in=["taken_over", "took_over"]).update(
            ended_at=now
        )
        record("studio.finished", by=by, subject=held, detail={"reason": held.end_reason})
        if held.stream:
            # The playout process may still be writing the last of it.
            due_at = now + timedelta(seconds=5)
            announce("studio.keep_recording", {"takeover": held.pk}, due_at=due_at)
            clear_later(held.station.code, held.pk, max(now, held.until_at))
    return held
