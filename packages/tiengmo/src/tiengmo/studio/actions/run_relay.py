from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from tiengmo.studio.announcing import announce_on_air, clear_later
from tiengmo.studio.models import EventKind, Relay, RelayState, StudioEvent

from .open_stream import on_air_of_relay


def note_relay(
    relay_id: int, *, state: str, level_dbfs: float | None = None, error: str = ""
) -> None:
    """What a relay does now, as the playout process sees it."""
    with transaction.atomic():
        relay = Relay.objects.select_for_update().get(pk=relay_id)
        if relay.state != state:
            relay.state = state
            relay.state_at = timezone.now()
        relay.level_dbfs = None if level_dbfs is None else round(level_dbfs, 1)
        relay.last_error = error[:300]
        relay.save(update_fields=["state", "state_at", "level_dbfs", "last_error"])


def finish_relay_session(relay_id: int) -> None:
    """Give the boxes back to their schedule: the hours are over, or it was switched off.

    Raises:
        NoStationKey: the station's key is gone; the boxes then end it at `until`.
    """
    now = timezone.now()
    with transaction.atomic():
        relay = Relay.objects.select_for_update().select_related("station").get(pk=relay_id)
        if not relay.takeover or relay.session_until is None:
            return
        if now < relay.session_until:
            announce_on_air(on_air_of_relay(relay), ended=True)
        clear_later(relay.station.code, relay.takeover, max(now, relay.session_until))
        relay.events.filter(ended_at=None).update(ended_at=now)
        StudioEvent.objects.create(
            station=relay.station, relay=relay, kind=EventKind.STOPPED, at=now, ended_at=now
        )
        relay.takeover = relay.stream = ""
        relay.session_from = relay.session_until = None
        relay.is_held_on_fallback = False
        relay.state = RelayState.OFF
        relay.state_at = now
        relay.level_dbfs = None
        relay.save()
