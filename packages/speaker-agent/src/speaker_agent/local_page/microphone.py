"""A telephone's microphone at the box: samples come in by and by and are heard a second later."""

import asyncio
import logging
import secrets
from typing import TYPE_CHECKING, cast

import av
import numpy as np

from speaker_agent.local_page.turned_away import TurnedAway
from speaker_agent.on_air.decoding import Chunk, fade_in
from speaker_agent.on_air.source import JUMP_SECONDS
from speaker_agent.on_air.streams import LiveStream
from speaker_agent.outputs.base import Pcm

if TYPE_CHECKING:
    from speaker_agent.box import Box

log = logging.getLogger(__name__)

# Spoken to heard, beside what the telephone gathers before it sends.
LEAD_SECONDS = 0.8
# Nearer to its instant than this, sound comes too late to be joined to what plays.
LEAST_LEAD_SECONDS = 0.35
# Further ahead: the telephone sent a backlog, which nobody wants to hear later and later.
MOST_LEAD_SECONDS = 2.5
GONE_SECONDS = 6.0
BEGIN_WITHIN_SECONDS = 120.0
RATES = (8_000, 96_000)
MAX_BLOCK_BYTES = 400_000


class Microphone:
    """One takeover's. Whoever knows `token` speaks."""

    def __init__(self, box: "Box", stream: LiveStream, *, seconds: float) -> None:
        self.box = box
        self.stream = stream
        self.token = secrets.token_urlsafe(18)
        self.peak = 0.0
        self.is_over = False
        counter = box.clock.monotonic()
        self._ends_at = counter + seconds
        self._heard_at: float | None = None
        self._made_at = counter
        self._rate = 0
        self._sequence = -1
        self._end = 0.0
        """The instant after the last sample, and what our counter reads then."""
        self._due = 0.0
        self._resampler: av.AudioResampler | None = None

    @property
    def title(self) -> str:
        """What reports call it."""
        return self.stream.item_id

    @property
    def seconds_left(self) -> int:
        """How long it may still be used."""
        return max(0, int(self._ends_at - self.box.clock.monotonic()))

    @property
    def is_cut(self) -> bool:
        """Was it ended from elsewhere: stopped by an operator, or a signer's key revoked?"""
        return self.stream.is_silenced or not self.stream.is_on_air

    def take(self, raw: bytes, rate: int) -> None:
        """The next samples: 16 bits, little end first, mono. Raises TurnedAway."""
        if self.is_over or self.is_cut or not self.seconds_left:
            raise TurnedAway("no_such_draft", is_reported=False)
        if not RATES[0] <= rate <= RATES[1] or len(raw) % 2 or len(raw) > MAX_BLOCK_BYTES:
            raise TurnedAway("bad_form", "not samples")
        self._heard_at = self.box.clock.monotonic()
        samples = np.frombuffer(raw, "<i2")
        if not len(samples):
            return
        self.peak = float(np.abs(samples.astype(np.int32)).max()) / 32768
        pcm = self._resampled(samples.astype(np.int16), rate)
        if len(pcm):
            self._place(pcm)

    def _resampled(self, samples: Pcm, rate: int) -> Pcm:
        if self._resampler is None or rate != self._rate:
            self._rate = rate
            self._resampler = av.AudioResampler(
                format="s16", layout="mono", rate=self.box.output.rate
            )
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = rate
        parts = [
            cast("Pcm", one.to_ndarray().reshape(-1).astype(np.int16))
            for one in self._resampler.resample(frame)
        ]
        return np.concatenate(parts) if parts else np.empty(0, np.int16)

    def _place(self, pcm: Pcm) -> None:
        clock = self.box.clock
        # By the counter: the time may become known, or be set, while somebody speaks.
        counter = clock.monotonic()
        ahead = self._due - counter
        if ahead > MOST_LEAD_SECONDS:
            return
        was_set = abs(clock.server_at(self._due) - self._end) > JUMP_SECONDS
        if ahead < LEAST_LEAD_SECONDS or was_set:
            # The first, or the telephone was away for a moment: begin anew.
            self._end = clock.server_at(max(self._due, counter + LEAD_SECONDS))
            self._sequence += 1 if self._sequence >= 0 else 0
            pcm = fade_in(pcm, self.box.output.rate)
            if was_set:
                # Nobody will ever be at the instants of what came before.
                self.stream.timeline.forget()
        self._sequence += 1
        chunk = Chunk(self._sequence, self._end, pcm, self.box.output.rate)
        self._end, self._due = chunk.end, clock.monotonic_at(chunk.end)
        self.stream.add(chunk, now=clock.now())
        self.box.desk.on_change()

    async def watch(self) -> None:
        """End it when the telephone is gone, when nobody begins, and when the time is over."""
        while not self.is_over:
            await asyncio.sleep(0.5)
            now = self.box.clock.monotonic()
            silent = self._heard_at is not None and now - self._heard_at > GONE_SECONDS
            unused = self._heard_at is None and now - self._made_at > BEGIN_WITHIN_SECONDS
            if silent or unused or self.is_cut or now >= self._ends_at:
                await self.end()

    async def end(self) -> None:
        """What was said is said to its end; then the schedule goes on."""
        if self.is_over:
            return
        self.is_over = True
        now, rate = self.box.clock.now(), self.box.output.rate
        if self._end > now:
            # Nothing follows: then no silence is waited for behind it.
            last = np.zeros(rate // 100, np.int16)
            self.stream.add(Chunk(self._sequence + 1, self._end, last, rate, is_last=True), now=now)
        rest = min(max(0.0, self._end - self.box.clock.now()), MOST_LEAD_SECONDS)
        await asyncio.sleep(rest + 0.3)
        await self.box.desk.end_here(self.stream)
        log.warning("%s: nobody speaks at the box any more", self.box.serial)
