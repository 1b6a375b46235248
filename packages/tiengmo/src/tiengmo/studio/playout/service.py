"""The playout process: what should be on air, kept on air."""

from __future__ import annotations

import asyncio
import ctypes
import logging
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import uvicorn
from django.conf import settings
from django.db.backends.signals import connection_created
from speaker_link.kinds import Priority

from tiengmo.speakers.errors import SpeakerError
from tiengmo.studio import recordings
from tiengmo.studio.actions import is_encoder_password
from tiengmo.studio.errors import StudioError
from tiengmo.studio.models import Source

from .http import application
from .output import Address, Output
from .publisher import Publisher
from .push import PushServer
from .relay_session import LEAD_SECONDS, STEP_SECONDS, RelaySession
from .rows import Rows
from .session import Session

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

    from tiengmo.studio.actions.open_stream import OpenedStream

    from .rows import Carried, Taken, Wanted

logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.2
M_MMAP_THRESHOLD = -3  # mallopt(3)
LARGE_BYTES = 32 * 1024
HEARTBEAT_SECONDS = 2.0


class Playout:
    def __init__(self) -> None:
        self._publisher = Publisher()
        self._rows = Rows()
        self._sessions: dict[str, Session] = {}
        self._relays: dict[int, RelaySession] = {}
        self._tasks: dict[str | int, asyncio.Task[None]] = {}
        self._push = PushServer(self._session_for_encoder, self._is_password)
        self._delay = settings.STUDIO_DELAY_MS / 1000
        self._segment = settings.STUDIO_SEGMENT_MS / 1000

    async def run(self) -> None:
        """Serve until a signal ends the HTTP server, then stop the rest."""
        server = uvicorn.Server(self._server_configuration())
        others = [
            asyncio.create_task(self._publisher.run()),
            asyncio.create_task(self._keep_on_air()),
            asyncio.create_task(self._beat()),
            asyncio.create_task(self._push.run(settings.STUDIO_HOST, settings.STUDIO_SOURCE_PORT)),
        ]
        serving = asyncio.create_task(server.serve())
        done, _waiting = await asyncio.wait([serving, *others], return_when=asyncio.FIRST_COMPLETED)
        server.should_exit = True
        running = [*others, *self._tasks.values()]
        for task in running:
            task.cancel()
        await asyncio.gather(serving, *running, return_exceptions=True)
        self._rows.close()
        for task in done:
            task.result()

    def _server_configuration(self) -> uvicorn.Config:
        return uvicorn.Config(
            application(self._session_for_microphone, self._rows.stop, self._how_it_is),
            host=settings.STUDIO_HOST,
            port=settings.STUDIO_PORT,
            access_log=False,
            log_config=None,
            lifespan="off",
            ws="websockets-sansio",
            ws_max_size=512 * 1024,
            # A phone that has gone is found out before the takeover's own patience ends.
            ws_ping_interval=5,
            ws_ping_timeout=10,
            timeout_graceful_shutdown=2,
        )

    async def _beat(self) -> None:
        while True:
            await self._rows.heartbeat(is_connected=self._publisher.is_connected)
            await asyncio.sleep(HEARTBEAT_SECONDS)

    # --- what should be on air -----------------------------------------------------------

    async def _keep_on_air(self) -> None:
        while True:
            wanted = await self._rows.wanted()
            if wanted is not None:
                await self._follow(wanted)
            await asyncio.sleep(LOOK_SECONDS)

    async def _follow(self, wanted: Wanted) -> None:
        open_now = {one.id: one for one in wanted.takeovers}
        for one in wanted.takeovers:
            session = self._sessions.get(one.id)
            if session is None and one.id not in self._tasks:
                self._start(one.id, self._live(one))
            elif session is not None and one.is_ending:
                session.is_ending = True
        for takeover, session in self._sessions.items():
            if takeover not in open_now and not session.is_ending:
                # Displaced, finished by the worker, or at its `until`: the boxes know already.
                session.is_abandoned = True
        due = {one.id: one for one in wanted.relays}
        for carried in wanted.relays:
            running = self._relays.get(carried.id)
            if running is None and carried.id not in self._tasks:
                self._start(carried.id, self._relay(carried))
            elif running is not None:
                if running.carried.changed_at != carried.changed_at:
                    running.is_over = True
                else:
                    running.carried = carried
        for relay_id, running in self._relays.items():
            if relay_id not in due:
                running.is_over = True
        self._connect_relays()

    def _start(self, key: str | int, work: object) -> None:
        task = asyncio.ensure_future(work)  # type: ignore[call-overload]
        self._tasks[key] = task
        task.add_done_callback(lambda ended: self._ended(key, ended))

    def _ended(self, key: str | int, task: asyncio.Task[None]) -> None:
        self._tasks.pop(key, None)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("playout: %s ended", key, exc_info=error)

    async def _live(self, taken: Taken) -> None:
        if taken.is_ending:
            return  # a process before this one was killed while it ended; the worker finishes
        try:
            opened = await self._rows.open_stream(taken.id)
        except (StudioError, SpeakerError) as error:
            logger.warning("playout: %s", error)
            await asyncio.sleep(2)
            return
        output = self._output(opened, delay=self._delay, segment=self._segment, is_recorded=True)
        session = Session(taken, output, self._rows, delay=self._delay, segment=self._segment)
        session.begin()
        self._sessions[taken.id] = session
        ending = asyncio.get_running_loop().call_later(
            max(0.0, taken.until - time.time() - self._delay - 2), _end, session
        )
        try:
            await session.run()
        finally:
            ending.cancel()
            output.close()
            self._sessions.pop(taken.id, None)

    async def _relay(self, carried: Carried) -> None:
        async def open_output() -> Output:
            opened = await self._rows.open_relay_stream(carried.id, carried.window)
            return self._output(
                opened, delay=LEAD_SECONDS + STEP_SECONDS, segment=STEP_SECONDS, is_recorded=False
            )

        session = RelaySession(carried, self._rows, open_output=open_output)
        self._relays[carried.id] = session
        try:
            await session.run()
        except (StudioError, SpeakerError) as error:
            logger.warning("playout: %s", error)
            await asyncio.sleep(2)
        finally:
            self._relays.pop(carried.id, None)
            tapped: list[Session | RelaySession] = [
                *self._sessions.values(),
                *self._relays.values(),
            ]
            for other in tapped:
                other.taps.discard(session.take)
        if session.output is not None:
            await self._rows.finish_relay(carried.id)

    def _output(
        self, opened: OpenedStream, *, delay: float, segment: float, is_recorded: bool
    ) -> Output:
        on_air = opened.on_air
        # Said here too, ahead of the first segment, and not only by the gateway a moment later.
        self._publisher.state(opened.topic, opened.payload)
        now = time.time()
        return Output(
            Address(
                takeover=on_air.takeover,
                station=on_air.station.code,
                stream=on_air.stream,
                areas=tuple(on_air.areas),
                priority=Priority(on_air.priority),
                signer=opened.signer,
            ),
            epoch=now,
            delay=delay,
            segment=segment,
            publish=self._publisher.segment,
            record_to=recordings.path_of(on_air.takeover, on_air.stream, now)
            if is_recorded
            else None,
        )

    def _connect_relays(self) -> None:
        """Give relays of another station of this system whatever that station says now."""
        for relay in self._relays.values():
            upstream = relay.carried.upstream
            if not upstream:
                continue
            for session in self._sessions.values():
                if session.taken.station == upstream:
                    session.taps.add(relay.take)
            for other in self._relays.values():
                if other is not relay and other.carried.station == upstream:
                    other.taps.add(relay.take)

    # --- who may bring sound -------------------------------------------------------------

    async def _session_for_microphone(self, takeover: str, user: int) -> Session | None:
        session = self._sessions.get(takeover)
        if session is None or session.taken.source != Source.MICROPHONE:
            return None
        return session if session.taken.by == user else None

    def _session_for_encoder(self, station: str) -> Session | None:
        for session in self._sessions.values():
            if session.taken.source == Source.ENCODER and session.taken.station == station:
                return session
        return None

    async def _is_password(self, mount: str, password: str) -> bool:
        if not password:
            return False
        return bool(await self._rows.ask(is_encoder_password, mount, password))

    def _how_it_is(self) -> dict[str, object]:
        return {
            "connected": self._publisher.is_connected,
            "sent": self._publisher.sent,
            "dropped": self._publisher.dropped,
            "takeovers": {key: one.told() for key, one in self._sessions.items()},
            "relays": sorted(self._relays),
        }


def _end(session: Session) -> None:
    session.is_ending = True


def _small_cache(connection: BaseDatabaseWrapper, **_kwargs: object) -> None:
    """Give a connection SQLite's own cache of 2 MB and no mapped file.

    A few rows a second need no more; what the web process keeps in memory to answer readers would
    stand here once for every lane, and grow with the database while somebody speaks.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA cache_size=-2000")
            cursor.execute("PRAGMA mmap_size=0")


def _large_pieces_apart() -> None:
    """Have glibc take pieces of sound from the system and give them back one by one.

    It would move its own threshold up to the largest piece ever freed; from then on sound and what
    lives for long stand mixed in one heap, whose end then never comes free: some 30 KB a minute of
    live voice.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, LARGE_BYTES)


def run() -> None:
    _large_pieces_apart()
    connection_created.connect(_small_cache)
    # Its connections are logged with the word that opened them.
    for noisy in ("httpx", "uvicorn.access", "uvicorn.error"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    with suppress(KeyboardInterrupt):
        asyncio.run(Playout().run())
