"""The listening process: a loudspeaker for many, in each place where somebody listens."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING

import uvicorn
from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.db.backends.signals import connection_created

from tiengmo.speakers.errors import SpeakerError
from tiengmo.speakers.gateway.database import Lane

from .air import Asked
from .follower import Follower
from .http import Away, Full, NoPlace, application
from .stream import Stream

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.backends.base.base import BaseDatabaseWrapper

    from .rules import Air
    from .stream import Listener

logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.5
# Below everything that puts a voice on air, when the machine is busy.
NICE = 10
# Streams cost a fiftieth of a core each; listeners cost next to nothing.
MOST_STREAMS = 30

Key = tuple[str, str]


class Listening:
    def __init__(self) -> None:
        self._streams: dict[Key, Stream] = {}
        self._opening: dict[Key, asyncio.Task[tuple[Key, Air]]] = {}
        self._follower = Follower()
        self._asked = Asked()
        self._database = Lane("listening")
        self._mixing = ThreadPoolExecutor(1, thread_name_prefix="listening-mixing")
        self._waiting = 0

    async def run(self) -> None:
        """Serve until a signal ends the HTTP server, then stop the rest."""
        server = uvicorn.Server(
            uvicorn.Config(
                application(self._join, self._how_it_is),
                host=settings.LISTENING_HOST,
                port=settings.LISTENING_PORT,
                access_log=False,
                log_config=None,
                lifespan="off",
                ws="none",
                timeout_graceful_shutdown=1,
            )
        )
        others = [asyncio.create_task(self._follower.run()), asyncio.create_task(self._look())]
        serving = asyncio.create_task(server.serve())
        done, _waiting = await asyncio.wait([serving, *others], return_when=asyncio.FIRST_COMPLETED)
        server.should_exit = True
        for stream in list(self._streams.values()):
            stream.stop()
        for task in others:
            task.cancel()
        await asyncio.gather(serving, *others, return_exceptions=True)
        self._database.close()
        self._mixing.shutdown(wait=False)
        for task in done:
            task.result()

    # --- who listens ---------------------------------------------------------------------

    def _listeners(self) -> int:
        return sum(len(stream.listeners) for stream in self._streams.values())

    async def _join(self, code: str, language: str) -> tuple[Listener, Callable[[], None]]:
        if self._listeners() + self._waiting >= settings.LISTENING_MOST:
            raise Full
        key = (code, language)
        if key not in self._streams:
            self._waiting += 1
            try:
                key = await self._open(key)
            finally:
                self._waiting -= 1
        listener = self._streams[key].join()
        return listener, lambda: self._leave(key, listener)

    async def _open(self, asked: Key) -> Key:
        """Begin a stream, or wait for the one that is being begun; give the name it has."""
        opening = self._opening.get(asked)
        if opening is None:
            if len(self._streams) + len(self._opening) >= MOST_STREAMS:
                raise Full
            opening = asyncio.create_task(self._first_air(asked))
            self._opening[asked] = opening
            opening.add_done_callback(lambda _done: self._opening.pop(asked, None))
        # Whoever goes away meanwhile does not take it from those who wait beside them.
        key, air = await asyncio.shield(opening)
        if key not in self._streams:
            self._streams[key] = Stream(
                self._follower.buffers,
                self._mixing,
                air=air,
                over=lambda: self._ended(key),
            )
        return key

    def _leave(self, key: Key, listener: Listener) -> None:
        stream = self._streams.get(key)
        if stream is not None and listener in stream.listeners:
            stream.leave(listener)
            if not stream.listeners:
                # Whoever comes now begins another.
                del self._streams[key]

    def _ended(self, key: Key) -> None:
        stream = self._streams.get(key)
        if stream is not None and not stream.listeners:
            del self._streams[key]

    # --- what is said --------------------------------------------------------------------

    async def _first_air(self, asked: Key) -> tuple[Key, Air]:
        try:
            key = await self._database.run(self._asked.place, *asked, time.time())
            if key is None:
                raise NoPlace
            airs = await self._ask([*self._streams, key])
        except (DatabaseError, InterfaceError, SpeakerError) as error:
            logger.warning("listening: %s", error)
            raise Away from error
        return key, airs[key]

    async def _ask(self, keys: list[Key]) -> dict[Key, Air]:
        airs, opened = await self._database.run(self._asked.look, keys, time.time())
        await self._follower.follow(opened)
        return airs

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if not self._streams:
                if self._follower.buffers:
                    await self._follower.follow([])
                continue
            try:
                airs = await self._ask(list(self._streams))
            except (DatabaseError, InterfaceError, SpeakerError) as error:
                # What loudspeakers know they go on saying; so does this.
                logger.warning("listening: %s", error)
                continue
            for key, stream in self._streams.items():
                if key in airs:
                    stream.set_air(airs[key])

    def _how_it_is(self) -> dict[str, object]:
        return {
            "connected": self._follower.is_connected,
            "listeners": self._listeners(),
            "most": settings.LISTENING_MOST,
            "streams": {
                "/".join(part for part in key if part): {
                    "listeners": len(stream.listeners),
                    "heard": stream.mixer.heard.title if stream.mixer.heard is not None else "",
                }
                for key, stream in self._streams.items()
            },
            "live": sorted(self._follower.buffers),
        }


def _small_cache(connection: BaseDatabaseWrapper, **_kwargs: object) -> None:
    """SQLite's own cache of 2 MB and no mapped file: a few rows a second need no more."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA cache_size=-2000")
            cursor.execute("PRAGMA mmap_size=0")


def run() -> None:
    with suppress(OSError):
        os.nice(NICE)
    connection_created.connect(_small_cache)
    for noisy in ("httpx", "uvicorn.access", "uvicorn.error"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    with suppress(KeyboardInterrupt):
        asyncio.run(Listening().run())
