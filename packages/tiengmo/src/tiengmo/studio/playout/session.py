"""One takeover while it is on air: its sources come and go, its stream goes on."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from typing import TYPE_CHECKING, Any

from tiengmo.studio.models import EventKind, Source
from tiengmo.studio.rules import ALARM_SECONDS, LOST_SECONDS, RESUME_SECONDS, WAITING_SECONDS
from tiengmo.studio.sound.chain import Chain
from tiengmo.studio.sound.levels import Levels
from tiengmo.studio.sound.signals import end_tone, jingle

from .readers import Reader
from .timeline import MOST_AHEAD, Timeline

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from .output import Output
    from .rows import Rows, Taken

logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.1
NOTE_SECONDS = 2.0
# Room for a piece to be late: what remains of the delay when a segment is made and carried.
CARRY_SECONDS = 0.4
RETRY_SOURCE_SECONDS = 1.0


class Session:
    """Takes pieces of sound from whichever source is connected, until it is told to end.

    `taps` get what goes out: relays that carry this station's live sound.
    """

    def __init__(
        self, taken: Taken, output: Output, rows: Rows, *, delay: float, segment: float
    ) -> None:
        self.taken = taken
        self.output = output
        self.taps: set[Callable[[NDArray[np.float32]], None]] = set()
        self.levels = Levels()
        self.is_ending = False
        self.is_abandoned = False
        self._rows = rows
        self._late = max(0.2, delay - segment - CARRY_SECONDS)
        self._timeline = Timeline(late=self._late, settles=taken.source != Source.URL)
        self._chain = Chain()
        self._began = time.monotonic()
        self._heard_at: float | None = None
        self._was_heard = taken.was_heard
        self._is_interrupted = False
        self._noted_at = 0.0
        self._alarms: set[EventKind] = set()
        self._owner: object | None = None
        self._talk_from = 0.0

    # --- sources ------------------------------------------------------------------------

    def begin(self) -> None:
        """Play what comes before the voice; a stream that goes on after a break has had it."""
        if self.taken.has_jingle and not self._was_heard:
            self._write(jingle())
        self._talk_from = self.output.epoch + self.output.position / 48_000

    @property
    def seconds_until_voice(self) -> float:
        """How long the jingle still plays on the studio's side: speak after it."""
        return max(0.0, self._talk_from - time.time())

    def connect(self) -> object:
        """A source comes; the one before it, if any, is no longer listened to."""
        self._owner = object()
        self._timeline.lose()
        return self._owner

    def is_listened_to(self, owner: object) -> bool:
        return owner is self._owner and not self.is_ending

    def disconnect(self, owner: object) -> None:
        if owner is self._owner:
            self._owner = None
            self._timeline.lose()

    def feed(self, owner: object, samples: NDArray[np.float32]) -> float:
        """Take a piece of sound as it arrives; give the seconds the source runs ahead."""
        if not self.is_listened_to(owner) or not len(samples):
            return 0.0
        self.levels.take(samples)
        now = time.time()
        placed = self._timeline.place(
            len(samples),
            arrival=self.output.capture_position(now),
            position=self.output.position,
            now=time.monotonic(),
        )
        self._heard_at = time.monotonic()
        if placed.position is None:
            return 0.0
        self.output.epoch += placed.slew
        ready = self._chain.take(samples[placed.skip :])
        if placed.position > self.output.position:
            self.output.skip_to(placed.position)
        self._write(ready)
        return placed.ahead

    def _write(self, samples: NDArray[np.float32]) -> None:
        self.output.write(samples)
        for tap in tuple(self.taps):
            tap(samples)

    async def pump(self, reader: Reader, owner: object) -> None:
        """Take in what a reader decodes, no faster than it is spoken, until it ends."""
        while self.is_listened_to(owner):
            samples = await reader.read()
            if samples is None:
                return
            ahead = self.feed(owner, samples)
            if ahead > MOST_AHEAD:
                await asyncio.sleep(ahead - MOST_AHEAD / 2)

    async def pull(self) -> None:
        """Keep an address open for as long as the takeover is."""
        while not self.is_ending:
            owner = self.connect()
            reader = await Reader.start(self.taken.url)
            said = ""
            try:
                await self.pump(reader, owner)
            finally:
                said = await reader.close()
                self.disconnect(owner)
            if self.is_ending:
                return
            if said:
                logger.warning("%s: %s", self.taken.url, said)
            await asyncio.sleep(RETRY_SOURCE_SECONDS)

    # --- life ---------------------------------------------------------------------------

    async def run(self) -> None:
        """Look after the takeover until it ends; what it plays then is still played."""
        pulling = asyncio.create_task(self.pull()) if self.taken.source == Source.URL else None
        try:
            while not (self.is_ending or self.is_abandoned):
                self.output.flush_overdue(self._late)
                await self._look()
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            if pulling is not None:
                pulling.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await pulling
        if not self.is_abandoned:
            await self._finish()

    async def _finish(self) -> None:
        self._owner = None
        if self.output.segments and not self._is_interrupted:
            self._write(end_tone())
        if self.output.segments:
            self.output.flush(last=True)
        self.output.close()
        # The boxes are still playing it: "over" would cut them short.
        await asyncio.sleep(max(0.0, min(self.output.heard_until - time.time() + 0.3, 10.0)))
        await self._rows.finish(self.taken.id)

    async def _look(self) -> None:
        now = time.monotonic()
        silent_for = now - (self._heard_at if self._heard_at is not None else self._began)
        if self._heard_at is not None and silent_for < LOST_SECONDS:
            if self._is_interrupted or not self._was_heard or now - self._noted_at > NOTE_SECONDS:
                self._is_interrupted, self._was_heard = False, True
                self._noted_at = now
                await self._rows.sound(self.taken.id, self.levels.rms_dbfs)
            await self._alarm(EventKind.SILENCE, self.levels.silent_seconds >= ALARM_SECONDS)
            await self._alarm(EventKind.CLIPPING, self.levels.clipping_seconds >= ALARM_SECONDS)
        elif self._was_heard and not self._is_interrupted:
            self._is_interrupted = True
            self._timeline.lose()
            self.output.flush()
            await self._rows.loss(self.taken.id)
        patience = RESUME_SECONDS if self._was_heard else WAITING_SECONDS
        if silent_for > patience:
            await self._rows.end_lost(self.taken.id)
            self.is_ending = True

    async def _alarm(self, kind: EventKind, is_on: bool) -> None:
        if is_on == (kind in self._alarms):
            return
        if is_on:
            self._alarms.add(kind)
        else:
            self._alarms.discard(kind)
        await self._rows.event(kind, takeover_id=self.taken.id, is_over=not is_on)

    def told(self) -> dict[str, Any]:
        """What the speaker's page shows, several times a second."""
        return {
            "phase": self._phase(),
            "voice_in_ms": round(self.seconds_until_voice * 1000),
            "level_dbfs": round(self.levels.rms_dbfs, 1),
            "peak_dbfs": round(self.levels.peak_dbfs, 1),
            "silent_s": round(self.levels.silent_seconds, 1),
            "clipping_s": round(self.levels.clipping_seconds, 1),
            "delay_ms": round(self.output.delay * 1000),
            "segments": self.output.segments,
        }

    def _phase(self) -> str:
        if self.is_ending or self.is_abandoned:
            return "ending"
        if self.seconds_until_voice > 0:
            return "jingle"
        if self._is_interrupted:
            return "interrupted"
        return "on_air" if self._was_heard else "waiting"
