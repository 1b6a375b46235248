"""Asks the server for the time over the broker, in bursts, and teaches the clock."""

import asyncio
import contextlib
import json
import logging
import random
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from speaker_link.envelope import new_id
from speaker_link.messages import TimeAnswer, TimeRequest

from speaker_agent.journal import BoxJournal
from speaker_agent.reports import Pen
from speaker_agent.timing.clock import Clock
from speaker_agent.timing.sync import TimeSample, best_offset

log = logging.getLogger(__name__)

CLOCK = "clock"
FIRST_BURST = 3
LATER_BURST = 6
PAUSES_SECONDS = (2.0, 8.0, 60.0, 300.0, 600.0)
# The first burst is short and quick, to know the time at all, also when a whole province comes
# back at once after a power cut. Later ones are stretched: what disturbs one
# answer on a busy machine or line disturbs its neighbours too.
STRETCHED_SECONDS = 0.15
ANSWER_SECONDS = 3.0
# Instants on the wire are cut off to milliseconds: on average half of one is missing.
CUT_OFF_SECONDS = 0.0005


class Timekeeper:
    """One box's dialogue about time."""

    def __init__(self, clock: Clock, pen: Pen, journal: BoxJournal) -> None:
        self.clock = clock
        self.pen = pen
        self.journal = journal
        self.settled = asyncio.Event()
        """The time is known: what waited for it may be judged."""
        self._given_up: deque[str] = deque(maxlen=32)
        self._questions: dict[str, tuple[float, asyncio.Future[TimeSample]]] = {}
        self._round_trip: float | None = None
        kept = journal.documents().get(CLOCK)
        if kept:
            with contextlib.suppress(ValueError, TypeError):
                clock.restore(json.loads(kept))

    async def wake(self) -> None:
        """The program begins: after a reboot a clock chip may know the time."""
        if await asyncio.to_thread(self.clock.restore_from_chip):
            log.warning("%s: the time is known from the clock chip", self.pen.serial)
            self.journal.keep(CLOCK, json.dumps(self.clock.snapshot()))

    async def keep(self) -> None:
        """Write down what is known of the time, for after a restart or a reboot."""
        await asyncio.to_thread(self.clock.look_at_chip)
        self.journal.keep(CLOCK, json.dumps(self.clock.snapshot()))

    @property
    def nonces(self) -> frozenset[str]:
        """Questions that wait for an answer, or did: a late answer is useless but no attack."""
        return frozenset((*self._questions, *self._given_up))

    def answer(self, answer: TimeAnswer, *, at: float) -> None:
        """A verified answer came, at this reading of our counter."""
        asked, future = self._questions.pop(answer.nonce, (0.0, None))
        if future is not None and not future.done():
            future.set_result(
                TimeSample(
                    asked=asked,
                    answered=at,
                    server_received=answer.received_at.timestamp() + CUT_OFF_SECONDS,
                    server_sent=answer.sent_at.timestamp() + CUT_OFF_SECONDS,
                )
            )

    async def run(
        self, publish: Callable[[str], Awaitable[Any]], on_sync: Callable[[], Awaitable[None]]
    ) -> None:
        """As long as the connection holds."""
        if self.clock.is_trusted:
            # The last line may have broken before what was kept was taken up.
            await on_sync()
            self.settled.set()
        pauses = list(PAUSES_SECONDS)
        count = FIRST_BURST
        while True:
            pause = STRETCHED_SECONDS if self.clock.is_trusted else 0.0
            is_taught = await self._burst(publish, count, pause=pause)
            if is_taught:
                # What was kept is taken up before anything newer is read.
                await on_sync()
            if self.clock.is_trusted:
                self.settled.set()
            if is_taught:
                await self.keep()
            pause = pauses.pop(0) if pauses else PAUSES_SECONDS[-1]
            if not self.clock.is_trusted:
                pause, pauses, count = PAUSES_SECONDS[0], list(PAUSES_SECONDS), FIRST_BURST
            else:
                count = LATER_BURST
            await asyncio.sleep(pause * random.uniform(0.8, 1.2))  # noqa: S311 - no secret

    async def _burst(
        self, publish: Callable[[str], Awaitable[Any]], count: int, *, pause: float
    ) -> bool:
        samples = []
        for number in range(count):
            if number and pause:
                await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - no secret
            sample = await self._ask(publish)
            if sample is None:
                break
            samples.append(sample)
        offset = best_offset(samples)
        if offset is None:
            return False
        self._round_trip = min(s.round_trip for s in samples)
        if self.clock.observe(offset):
            return True
        log.warning("%s: the server's time jumped; asking again", self.pen.serial)
        return False

    async def _ask(self, publish: Callable[[str], Awaitable[Any]]) -> TimeSample | None:
        nonce = new_id()
        round_trip = self._round_trip
        text = self.pen.write(
            TimeRequest(
                nonce=nonce,
                sent_at=datetime.fromtimestamp(max(self.clock.sources.wall(), 1e9), UTC),
                round_trip_ms=None if round_trip is None else round(round_trip * 1000),
            )
        )
        future: asyncio.Future[TimeSample] = asyncio.get_running_loop().create_future()
        self._questions[nonce] = (self.clock.monotonic(), future)
        try:
            await publish(text)
            async with asyncio.timeout(ANSWER_SECONDS):
                return await future
        except TimeoutError:
            self._given_up.append(nonce)
            return None
        finally:
            self._questions.pop(nonce, None)
