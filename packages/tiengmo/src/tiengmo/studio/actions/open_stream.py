from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from speaker_link.envelope import Signer, new_id

from tiengmo.releases.models import Priority
from tiengmo.studio.announcing import OnAir, announce_on_air
from tiengmo.studio.errors import NotPossible
from tiengmo.studio.models import LiveTakeover, Relay, RelayState
from tiengmo.studio.queries import takeovers_in
from tiengmo.studio.workflow import TakeoverState

from .emergency_streams import announce_emergency, next_stream

if TYPE_CHECKING:
    from tiengmo.studio.rules import Window


@dataclass(frozen=True)
class OpenedStream:
    """A new stream of a takeover, and the signed text that tells the boxes of it."""

    on_air: OnAir
    signer: Signer
    topic: str
    payload: str


def on_air_of(takeover: LiveTakeover) -> OnAir:
    return OnAir(
        takeover=takeover.pk,
        station=takeover.station,
        title=takeover.title,
        areas=list(takeover.areas),
        priority=takeover.priority,
        stream=takeover.stream,
        start=takeover.started_at,
        until=takeover.until_at,
    )


def on_air_of_relay(relay: Relay) -> OnAir:
    if relay.session_from is None or relay.session_until is None:
        raise NotPossible(f"{relay} is not on air")
    start = relay.session_from
    # Between takeovers a box plays the one that began last: a relay whose hour comes while
    # somebody is speaking must not begin after them.
    for held in takeovers_in(relay.areas):
        start = min(start, held.started_at - timedelta(seconds=1))
    return OnAir(
        takeover=relay.takeover,
        station=relay.station,
        title=relay.title,
        areas=list(relay.areas) or [relay.station.code],
        priority=Priority.ROUTINE,
        stream=relay.stream,
        start=start,
        until=relay.session_until,
        is_relay=True,
    )


def open_stream(takeover_id: str) -> OpenedStream:
    """Begin a new stream of a takeover that is open: at its start, and after a playout's death.

    Raises:
        NotPossible: it is over. NoStationKey.
    """
    with transaction.atomic():
        takeover = (
            LiveTakeover.objects.select_for_update().select_related("station").get(pk=takeover_id)
        )
        if takeover.state == TakeoverState.ENDED or timezone.now() >= takeover.until_at:
            raise NotPossible(f"{takeover_id} is over")
        if takeover.priority == Priority.EMERGENCY:
            takeover.stream = next_stream(takeover)
        else:
            takeover.stream = new_id()
        takeover.save(update_fields=["stream"])
        on_air = on_air_of(takeover)
        if takeover.priority == Priority.EMERGENCY:
            row, signer = announce_emergency(takeover)
        else:
            row, signer = announce_on_air(on_air)
    return OpenedStream(on_air, signer, row.topic, row.payload)


def open_relay_stream(relay_id: int, window: Window) -> OpenedStream:
    """Put a relay on air for one session of its hours, or go on with it after a playout's death.

    Raises:
        NotPossible: it was switched off. NoStationKey.
    """
    with transaction.atomic():
        relay = Relay.objects.select_for_update().select_related("station").get(pk=relay_id)
        if not relay.is_enabled:
            raise NotPossible(f"{relay} is switched off")
        if relay.session_from != window.start or not relay.takeover:
            relay.takeover = new_id()
            relay.session_from = window.start
            relay.is_held_on_fallback = False
        relay.session_until = window.end
        relay.stream = new_id()
        relay.state = RelayState.SOURCE
        relay.state_at = timezone.now()
        relay.save(
            update_fields=[
                "takeover", "session_from", "session_until", "stream", "is_held_on_fallback",
                "state", "state_at",
            ]
        )  # fmt: skip
        on_air = on_air_of_relay(relay)
        row, signer = announce_on_air(on_air)
    return OpenedStream(on_air, signer, row.topic, row.payload)
