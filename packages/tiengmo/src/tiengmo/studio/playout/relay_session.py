"""One relay during one session of its hours: source while it is good, fallback while it is not.

The server's clock drives it, half a second at a time; the source only fills the look-ahead.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from typing import TYPE_CHECKING

import numpy as np

from tiengmo.studio.models import EventKind, RelayState
from tiengmo.studio.sound.chain import Chain
from tiengmo.voices.audio.constants import RATE

from .lookahead import AHEAD_SECONDS, STEADY_SECONDS, Lookahead, Verdict
from .programme import Programme
from .readers import Reader

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from .output import Output
    from .rows import Carried, Rows

logger = logging.getLogger(__name__)

STEP_SECONDS = 0.5
# From the making of a segment to its sound: carried, verified, and a little.
LEAD_SECONDS = 0.7
# A source that sends nothing for this long is hung: it is killed and opened again.
HUNG_SECONDS = 2.5
OPEN_SECONDS = 9.0
RETRY_SECONDS = (0.5, 1, 2, 4)
NOTE_SECONDS = 2.0
LAST_SECONDS = 0.1
_FADE = RATE // 20

_KINDS = {
    Verdict.SILENT: EventKind.SOURCE_SILENT,
    Verdict.CLIPPED: EventKind.SOURCE_CLIPPED,
}


class RelaySession:
    """`tap` connects to a live session of another station of this process, where that is meant."""

    def __init__(
        self,
        carried: Carried,
        rows: Rows,
        *,
        open_output: Callable[[], object],
    ) -> None:
        self.carried = carried
        self.is_over = False
        self.output: Output | None = None
        self.taps: set[Callable[[NDArray[np.float32]], None]] = set()
        self._open_output = open_output
        self._rows = rows
        self._ahead = Lookahead()
        self._programme = Programme(carried.fallback)
        self._chain = Chain()
        self._on_fallback = False
        self._fault: EventKind = EventKind.SOURCE_DEAD
        self._faults_on: set[EventKind] = set()
        self._error = ""
        self._noted: tuple[str, float] = ("", 0.0)
        self._has_begun = False

    # --- the source ---------------------------------------------------------------------

    def take(self, samples: NDArray[np.float32]) -> None:
        """What another station of this system says now."""
        self._ahead.take(samples)
        self._ahead.keep_newest(AHEAD_SECONDS + 1)

    async def _pull(self) -> None:
        attempt = 0
        while not self.is_over:
            reader = await Reader.start(self.carried.source)
            began, came = time.monotonic(), False
            try:
                while not self.is_over:
                    while self._ahead.is_full:
                        # Back-pressure: what a source sends ahead of time stays with it.
                        await asyncio.sleep(0.05)
                        if self._on_fallback:
                            self._ahead.keep_newest(AHEAD_SECONDS)
                    async with asyncio.timeout(HUNG_SECONDS if came else OPEN_SECONDS):
                        samples = await reader.read()
                    if samples is None:
                        self._fault = EventKind.SOURCE_DEAD
                        break
                    came = True
                    self._ahead.take(samples)
            except TimeoutError:
                self._fault = EventKind.SOURCE_HUNG
                logger.warning("%s sends nothing", self.carried.source)
            finally:
                self._error = await reader.close() or self._error
            self._ahead.clear()
            if time.monotonic() - began > RETRY_SECONDS[-1]:
                attempt = 0
            await asyncio.sleep(RETRY_SECONDS[min(attempt, len(RETRY_SECONDS) - 1)])
            attempt += 1

    # --- what goes out ------------------------------------------------------------------

    async def run(self) -> None:
        """Relay until the hours end or somebody switches it off."""
        pulling = asyncio.create_task(self._pull()) if self.carried.source else None
        try:
            start = self.carried.window.start.timestamp()
            while not self.is_over and time.time() < start:  # noqa: ASYNC110 - a clock's hour
                await asyncio.sleep(min(0.2, max(0.0, start - time.time())))
            if not self.is_over:
                await self._relay()
        finally:
            self.is_over = True
            if pulling is not None:
                pulling.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await pulling
            if self.output is not None:
                self.output.close()

    async def _relay(self) -> None:
        output: Output = await self._open_output()  # type: ignore[misc]
        self.output = output
        await self._rows.event(EventKind.STARTED, relay_id=self.carried.id, is_alarm=False)
        end = self.carried.window.end.timestamp()
        # A source that was opened early is there; one that is not gets no more than a moment.
        patience = time.time() + AHEAD_SECONDS
        while self._ahead.seconds < AHEAD_SECONDS - 0.5 and time.time() < patience:
            if self.is_over:
                return
            await asyncio.sleep(0.05)
        count = round(STEP_SECONDS * RATE)
        output.epoch = time.time()
        while not self.is_over:
            due = output.epoch + output.position / RATE
            # With the last word that nothing follows, which takes a tenth of a second.
            if due + output.delay + STEP_SECONDS + LAST_SECONDS > end:
                break
            if (wait := due - time.time()) > 0:
                await asyncio.sleep(wait)
            elif wait < -LEAD_SECONDS / 2:
                # This process itself stood still: go on now, not late.
                output.skip_to(output.capture_position(time.time()))
            samples = self._next(count)
            output.write(samples)
            for tap in tuple(self.taps):
                tap(samples)
            await self._note()
        output.flush(last=True)
        await asyncio.sleep(max(0.0, output.heard_until - time.time()))

    def _next(self, count: int) -> NDArray[np.float32]:
        was_on_fallback = self._on_fallback
        verdict = self._ahead.verdict(count)
        if self.carried.is_held:
            self._on_fallback, self._fault = True, EventKind.HELD
        elif verdict is not Verdict.GOOD:
            if not self._on_fallback or verdict in _KINDS:
                self._fault = _KINDS.get(verdict, self._fault)
            self._on_fallback = True
        elif self._on_fallback:
            is_steady = (
                self._ahead.sounding_seconds >= STEADY_SECONDS
                and self._ahead.seconds >= AHEAD_SECONDS - 0.5
            )
            self._on_fallback = self._has_begun and not is_steady
        self._has_begun = True
        if self._on_fallback:
            if not was_on_fallback:
                self._programme.rewind()
            samples = self._programme.give(count)
            self._ahead.keep_newest(AHEAD_SECONDS)
        else:
            # Ten milliseconds at the first take stay in the chain; silence makes them up.
            samples = _filled(self._chain.take(self._ahead.give(count)), count)
        if was_on_fallback is not self._on_fallback:
            samples = samples.copy()
            samples[:_FADE] *= np.linspace(0, 1, _FADE, dtype=np.float32)
        return samples

    async def _note(self) -> None:
        state = RelayState.SOURCE
        if self._on_fallback:
            state = RelayState.SILENT if self._programme.is_silence else RelayState.FALLBACK
        faults = {self._fault} if self._on_fallback else set()
        for kind in self._faults_on - faults:
            await self._rows.event(kind, relay_id=self.carried.id, is_over=True)
        for kind in faults - self._faults_on:
            await self._rows.event(
                kind,
                relay_id=self.carried.id,
                is_alarm=True,
                detail=self._error if kind == EventKind.SOURCE_DEAD else "",
            )
        self._faults_on = faults
        if state != self._noted[0] or time.monotonic() - self._noted[1] > NOTE_SECONDS:
            self._noted = (state, time.monotonic())
            level = None if self._on_fallback else self._ahead.level_dbfs
            await self._rows.relay(
                self.carried.id, state, level, self._error if self._on_fallback else ""
            )


def _filled(samples: NDArray[np.float32], count: int) -> NDArray[np.float32]:
    if len(samples) == count:
        return samples
    given = np.zeros(count, dtype=np.float32)
    given[count - len(samples) :] = samples[-count:]
    return given
