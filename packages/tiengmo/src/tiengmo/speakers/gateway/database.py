"""Database work of the gateway: in threads of its own, one for each kind of work."""

from __future__ import annotations

import asyncio
import select
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import close_old_connections, connection

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
CHANNEL = "tiengmo_speakers"
_LOOK_SECONDS = 0.02


class Lane:
    """One thread with its own connection: a lane that waits for a lock holds up no other."""

    def __init__(self, name: str, threads: int = 1) -> None:
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=f"gateway-{name}")

    async def run(self, work: Callable[..., T], *arguments: object) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, self._tidy, work, arguments)

    @staticmethod
    def _tidy(work: Callable[..., T], arguments: tuple[object, ...]) -> T:
        close_old_connections()
        return work(*arguments)

    def close(self) -> None:
        """Let every thread close its own connection once it has done what it was given."""
        all_here = threading.Barrier(self._threads)

        def leave() -> None:
            # No thread may take two of these: one that is busy is not waited for longer than this.
            with suppress(threading.BrokenBarrierError):
                all_here.wait(timeout=5)
            # Looked up here: the connection is the thread's own.
            connection.close()

        for _ in range(self._threads):
            self._pool.submit(leave)
        self._pool.shutdown(wait=False, cancel_futures=False)


class Watcher:
    """Waits until somebody has written: a look at SQLite's log file, or LISTEN on PostgreSQL.

    A hint and no promise (two commits may share one instant of the file's clock): whoever waits
    looks again after a while in any case.
    """

    def __init__(self) -> None:
        self._seen: object = None
        self._listening: Any = None

    def wait(self, seconds: float) -> bool:
        """Return True as soon as another connection has committed something, False after a while.

        Runs in a lane of its own, which keeps its connection.
        """
        if connection.vendor == "postgresql":
            return self._wait_for_notice(seconds)
        return self._wait_for_file(seconds)

    def _wait_for_file(self, seconds: float) -> bool:
        # One system call a look: PRAGMA data_version takes locks, and cost 8 % of a core here.
        log = Path(f"{connection.settings_dict['NAME']}-wal")
        deadline = time.monotonic() + seconds
        while True:
            try:
                found = log.stat()
                mark: object = (found.st_mtime_ns, found.st_size)
            except FileNotFoundError:
                mark = None
            if mark != self._seen:
                self._seen = mark
                return True
            if time.monotonic() >= deadline:
                return False
            time.sleep(_LOOK_SECONDS)

    def _wait_for_notice(self, seconds: float) -> bool:
        with connection.cursor() as cursor:
            # Django may have opened a new connection since, and that one listens to nothing.
            if self._listening is not connection.connection:
                cursor.execute(f"LISTEN {CHANNEL}")
                self._listening = connection.connection
                return True
        raw: Any = connection.connection
        if not select.select([raw.fileno()], [], [], seconds)[0]:
            return False
        for _notice in raw.notifies(timeout=0.001):
            return True
        return False


def wake_gateway() -> None:
    """Tell a waiting gateway that there is something to send; on SQLite it sees so itself."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"NOTIFY {CHANNEL}")
