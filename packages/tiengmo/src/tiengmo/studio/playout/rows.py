"""The database as the playout process needs it, each call in a thread of its own lane.

A database that is away for a moment stops no sound: what was to be written is tried again or left.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import DatabaseError, InterfaceError
from django.utils import timezone

from tiengmo.audit.actors import SYSTEM
from tiengmo.speakers.gateway.database import Lane
from tiengmo.studio import actions
from tiengmo.studio.errors import StudioError
from tiengmo.studio.models import EndReason, LiveTakeover, PlayoutState, Relay, RelaySource
from tiengmo.studio.queries import hours_of, quiet_hours_in
from tiengmo.studio.rules import Window, outside, window_at
from tiengmo.studio.workflow import OPEN, TakeoverState

if TYPE_CHECKING:
    from tiengmo.studio.actions.open_stream import OpenedStream

logger = logging.getLogger(__name__)

NAME = "playout"
# A source is opened this long before its hours, so that it is there when they begin.
EARLY = timedelta(seconds=8)
_TRIES = 5


@dataclass(frozen=True)
class Taken:
    """An open takeover, as its session needs it."""

    id: str
    station: str
    source: str
    url: str
    has_jingle: bool
    was_heard: bool
    by: int
    until: float
    is_ending: bool


@dataclass(frozen=True)
class Carried:
    """A relay in or just before a session of its hours."""

    id: int
    window: Window
    source: str
    upstream: str
    station: str
    fallback: tuple[str, ...]
    is_held: bool
    # Moves when somebody changes the relay: then it is set up anew.
    changed_at: datetime


@dataclass(frozen=True)
class Wanted:
    """What should be on air now."""

    takeovers: tuple[Taken, ...]
    relays: tuple[Carried, ...]


class Rows:
    def __init__(self) -> None:
        self._reading = Lane("playout-reading")
        self._writing = Lane("playout-writing")
        self._started_at = timezone.now()

    async def wanted(self) -> Wanted | None:
        """None when the database cannot be asked: then everything goes on as it is."""
        try:
            return await self._reading.run(_wanted)
        except (DatabaseError, InterfaceError) as error:
            logger.warning("database: %s; what is on air stays on air", error)
            return None

    async def heartbeat(self, *, is_connected: bool) -> None:
        await self._try(_heartbeat, self._started_at, is_connected)

    async def open_stream(self, takeover_id: str) -> OpenedStream:
        return await self._writing.run(actions.open_stream, takeover_id)

    async def open_relay_stream(self, relay_id: int, window: Window) -> OpenedStream:
        return await self._writing.run(actions.open_relay_stream, relay_id, window)

    async def sound(self, takeover_id: str, level: float) -> None:
        at = timezone.now()
        await self._try(lambda: actions.note_sound(takeover_id, level_dbfs=level, at=at))

    async def loss(self, takeover_id: str) -> None:
        await self._try(actions.note_loss, takeover_id)

    async def end_lost(self, takeover_id: str) -> None:
        await self._try(_end, takeover_id, EndReason.LOST)

    async def end_until(self, takeover_id: str) -> None:
        await self._try(_end, takeover_id, EndReason.UNTIL)

    async def stop(self, takeover_id: str) -> None:
        await self._try(_stop_by_speaker, takeover_id)

    async def finish(self, takeover_id: str) -> None:
        await self._try(_finish, takeover_id)

    async def event(
        self,
        kind: str,
        *,
        takeover_id: str | None = None,
        relay_id: int | None = None,
        is_alarm: bool = True,
        is_over: bool = False,
        detail: str = "",
    ) -> None:
        await self._try(
            lambda: actions.note_event(
                kind,
                takeover_id=takeover_id,
                relay_id=relay_id,
                is_alarm=is_alarm,
                is_over=is_over,
                detail=detail,
            )
        )

    async def relay(self, relay_id: int, state: str, level: float | None, error: str) -> None:
        await self._try(
            lambda: actions.note_relay(relay_id, state=state, level_dbfs=level, error=error)
        )

    async def finish_relay(self, relay_id: int) -> None:
        await self._try(actions.finish_relay_session, relay_id)

    async def ask(self, question: Any, *arguments: object) -> Any:
        return await self._reading.run(question, *arguments)

    async def _try(self, work: Any, *arguments: object) -> None:
        for attempt in range(_TRIES):
            try:
                await self._writing.run(work, *arguments)
            except (DatabaseError, InterfaceError) as error:
                logger.warning("database: %s", error)
                await asyncio.sleep(0.2 * 2**attempt)
            except (StudioError, LiveTakeover.DoesNotExist, Relay.DoesNotExist) as error:
                logger.info("playout: %s", error)
                return
            else:
                return

    def close(self) -> None:
        self._reading.close()
        self._writing.close()


def _wanted() -> Wanted:
    now = timezone.now()
    takeovers = LiveTakeover.objects.filter(state__in=OPEN).select_related("station")
    return Wanted(
        tuple(_taken(row) for row in takeovers if row.until_at > now),
        tuple(_relays_due(now)),
    )


def _taken(row: LiveTakeover) -> Taken:
    return Taken(
        id=row.pk,
        station=row.station.code,
        source=row.source,
        url=row.url,
        has_jingle=row.has_jingle,
        was_heard=row.on_air_at is not None,
        by=row.by_id,
        until=row.until_at.timestamp(),
        is_ending=row.state == TakeoverState.ENDING,
    )


def _relays_due(now: datetime) -> list[Carried]:
    found = []
    relays = (
        Relay.objects.filter(is_enabled=True)
        .select_related("station", "upstream")
        .prefetch_related("hours", "fallbacks__sound__mp3", "fallbacks__sound__opus")
    )
    for relay in relays:
        # The locality's own calendar decides, whatever clock the source keeps.
        local = timezone.localtime(now)
        window = window_at(hours_of(relay), local) or window_at(hours_of(relay), local + EARLY)
        if window is None or not outside(window, quiet_hours_in(relay.areas)):
            continue
        files = [(row.sound.opus or row.sound.mp3) for row in relay.fallbacks.all() if row.sound_id]
        found.append(
            Carried(
                id=relay.pk,
                window=window,
                source=relay.url if relay.source == RelaySource.URL else "",
                upstream=relay.upstream.code if relay.upstream else "",
                station=relay.station.code,
                fallback=tuple(str(file.path) for file in files if file is not None),
                is_held=relay.is_held_on_fallback,
                changed_at=relay.changed_at,
            )
        )
    return found


def _heartbeat(started_at: datetime, is_connected: bool) -> None:
    PlayoutState.objects.update_or_create(
        name=NAME,
        defaults={
            "heartbeat_at": timezone.now(),
            "started_at": started_at,
            "is_connected": is_connected,
        },
    )
    # Of relays that went off while no playout process was there.
    for relay in Relay.objects.exclude(takeover="").prefetch_related("hours"):
        over = relay.session_until is None or relay.session_until <= timezone.now()
        if over or not relay.is_enabled:
            actions.finish_relay_session(relay.pk)


def _end(takeover_id: str, reason: EndReason) -> None:
    actions.end_takeover(LiveTakeover.objects.get(pk=takeover_id), by=SYSTEM, reason=reason)


def _stop_by_speaker(takeover_id: str) -> None:
    row = LiveTakeover.objects.select_related("by").get(pk=takeover_id)
    actions.end_takeover(row, by=row.by)


def _finish(takeover_id: str) -> None:
    actions.finish_takeover(LiveTakeover.objects.get(pk=takeover_id), by=SYSTEM)
