"""One place's sound and those who listen to it: encoded once, handed to each."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import TYPE_CHECKING

from .mixer import BLOCK_SECONDS, Mixer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from concurrent.futures import Executor

    from .live import LiveBuffer
    from .rules import Air

# What somebody who comes is given at once, so that a player begins without waiting.
BURST_SECONDS = 2.0
_BURST = round(BURST_SECONDS / BLOCK_SECONDS)
# A listener whose line takes nothing for so long goes on with what is said then.
MOST_WAITING = round(8.0 / BLOCK_SECONDS)
# This process itself stood still for so long: go on now, not late.
_MOST_LATE = 3.0


class Listener:
    """What waits for one listener: never more than some seconds."""

    def __init__(self) -> None:
        self._blocks: deque[bytes] = deque()
        self._there_is_some = asyncio.Event()
        self.skipped = 0
        self._is_over = False

    def give(self, block: bytes) -> None:
        if len(self._blocks) >= MOST_WAITING:
            self.skipped += len(self._blocks)
            self._blocks.clear()
        self._blocks.append(block)
        self._there_is_some.set()

    def end(self) -> None:
        self._is_over = True
        self._there_is_some.set()

    async def next(self) -> bytes | None:
        """Give what waits, as soon as something does; None when the stream is over."""
        await self._there_is_some.wait()
        if self._is_over:
            return None
        given = b"".join(self._blocks)
        self._blocks.clear()
        self._there_is_some.clear()
        return given


class Stream:
    """Runs while somebody listens."""

    def __init__(
        self,
        buffers: Mapping[str, LiveBuffer],
        lane: Executor,
        *,
        air: Air,
        over: Callable[[], None],
    ) -> None:
        self.mixer = Mixer(buffers)
        self.mixer.air = air
        self.listeners: set[Listener] = set()
        self._lane = lane
        self._over = over
        self._recent: deque[bytes] = deque(maxlen=_BURST)
        self._task: asyncio.Task[None] | None = None

    def join(self) -> Listener:
        listener = Listener()
        for block in self._recent:
            listener.give(block)
        self.listeners.add(listener)
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        return listener

    def leave(self, listener: Listener) -> None:
        self.listeners.discard(listener)
        if not self.listeners and self._task is not None:
            self._task.cancel()

    def set_air(self, air: Air) -> None:
        """What is said around now; what was taken back is not handed to whoever comes next."""
        known = {sound.key for sound in air.sounds}
        heard = self.mixer.heard
        if heard is not None and heard.key not in known and heard.ends > time.time():
            self._recent.clear()
        self.mixer.air = air

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        position = time.time() - BURST_SECONDS
        try:
            while True:
                block = await loop.run_in_executor(self._lane, self.mixer.block, position)
                position += BLOCK_SECONDS
                self._recent.append(block)
                for listener in self.listeners:
                    listener.give(block)
                ahead = position - time.time()
                if ahead > 0:
                    await asyncio.sleep(ahead)
                elif ahead < -_MOST_LATE:
                    position = time.time()
        finally:
            for listener in self.listeners:
                listener.end()
            # After a block that may still be in the making: the mixer belongs to that thread.
            self._lane.submit(self.mixer.close)
            self._over()
