"""Work that waits for the time: done once and to its end, whoever asked and went."""

import asyncio
from collections.abc import Awaitable, Callable

from speaker_agent.timing.clock import Clock


class OnceKnown:
    """The line on which the time came may break at once; what the time was awaited for goes on."""

    def __init__(self, clock: Clock, work: Callable[[], Awaitable[None]]) -> None:
        self._clock = clock
        self._work = work
        self._task: asyncio.Task[None] | None = None
        self.is_done = False
        self.known_at = 0.0
        """The instant at which the time was known first; 0: it is not known yet."""

    async def look(self) -> None:
        """Do it, if the time is known and it is not done yet. Cancelled, only the waiting ends."""
        if self.is_done or not self._clock.is_trusted:
            return
        if self._task is None:
            self.known_at = self.known_at or self._clock.now()
            self._task = asyncio.create_task(self._run())
        await asyncio.shield(self._task)

    async def _run(self) -> None:
        try:
            await self._work()
            self.is_done = True
        finally:
            # Failed, it is tried again when somebody looks the next time.
            self._task = None

    def close(self) -> None:
        """The box ends."""
        if self._task is not None:
            self._task.cancel()
