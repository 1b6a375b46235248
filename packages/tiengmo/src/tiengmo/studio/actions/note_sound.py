from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from tiengmo.studio.models import EventKind, LiveTakeover, StudioEvent
from tiengmo.studio.workflow import TakeoverState, after

if TYPE_CHECKING:
    from datetime import datetime


def note_sound(takeover_id: str, *, level_dbfs: float, at: datetime | None = None) -> None:
    """Sound comes in: the takeover is on air."""
    at = at or timezone.now()
    with transaction.atomic():
        held = LiveTakeover.objects.select_for_update().get(pk=takeover_id)
        if held.state in {TakeoverState.WAITING, TakeoverState.INTERRUPTED}:
            held.state = after(held.state, "sound")
            held.state_at = at
            held.on_air_at = held.on_air_at or at
            StudioEvent.objects.filter(takeover=held, kind=EventKind.LOST, ended_at=None).update(
                ended_at=at
            )
        held.sound_at = at
        held.level_dbfs = round(level_dbfs, 1)
        held.save(update_fields=["state", "state_at", "on_air_at", "sound_at", "level_dbfs"])


def note_loss(takeover_id: str) -> None:
    """The sound has stopped coming: it may come back for a while."""
    now = timezone.now()
    with transaction.atomic():
        held = LiveTakeover.objects.select_for_update().get(pk=takeover_id)
        if held.state != TakeoverState.ON_AIR:
            return
        held.state = after(held.state, "lose")
        held.state_at = now
        held.level_dbfs = None
        held.save(update_fields=["state", "state_at", "level_dbfs"])
        StudioEvent.objects.create(
            station_id=held.station_id, takeover=held, kind=EventKind.LOST, is_alarm=True, at=now
        )
