"""The worker: threads that run the outbox, and the framework's own queued tasks.

Several may run on one or many machines. Ends cleanly on SIGTERM and SIGINT: what runs is finished,
what waits stays in its row.
"""

from __future__ import annotations

import logging
import signal
import threading
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import close_old_connections, connection
from django.utils import timezone

from tiengmo.outbox import registry
from tiengmo.outbox.actions import announce, sweep
from tiengmo.outbox.models import OutboxEntry

if TYPE_CHECKING:
    from types import FrameType

logger = logging.getLogger(__name__)

IDLE_SECONDS = 0.1
KEEP_DONE = timedelta(days=30)


class Worker:
    """`quick_threads` run short work, `slow_threads` render speech, `outside_threads` wait for
    other people's servers."""

    def __init__(
        self, *, quick_threads: int = 2, slow_threads: int = 1, outside_threads: int = 3
    ) -> None:
        self.stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._loop, args=(lane,), name=f"{lane.value}-{n}", daemon=True)
            for lane, count in (
                (registry.Lane.QUICK, quick_threads),
                (registry.Lane.SLOW, slow_threads),
                (registry.Lane.OUTSIDE, outside_threads),
            )
            for n in range(count)
        ]

    def run(self) -> None:
        """Run until told to stop by a signal."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        ensure_repeating()
        for thread in self._threads:
            thread.start()
        logger.info("worker: ready, %d threads", len(self._threads))
        while not self.stopping.wait(1):
            pass
        for thread in self._threads:
            thread.join(timeout=20)

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self.stopping.set()

    def _loop(self, lane: registry.Lane) -> None:
        while not self.stopping.is_set():
            try:
                taken = sweep(registry.topics(lane), limit=4)
                close_old_connections()
            except Exception:
                # The database may be away (restart, full disk): wait and look again.
                logger.exception("worker: sweep failed")
                connection.close()
                self.stopping.wait(2)
                continue
            if not taken:
                self.stopping.wait(IDLE_SECONDS)
        connection.close()


def ensure_repeating() -> None:
    """Make sure that everything that repeats has an entry, and that nothing has two."""
    for topic in registry.repeating():
        announce(topic, key=f"every:{topic}")


@registry.every("outbox.tidy", seconds=3600)
def tidy(_payload: dict[str, object]) -> None:
    """Delete entries done more than 30 days ago."""
    OutboxEntry.objects.filter(done_at__lt=timezone.now() - KEEP_DONE).delete()
