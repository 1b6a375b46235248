"""One box's hand on its output: at most one sound is heard, the next one waits for its instant."""

import contextlib
import logging
import threading

import numpy as np

from speaker_agent.outputs.base import Output, OutputFailed
from speaker_agent.playing.playback import Ending, Playback
from speaker_agent.timing import Clock

log = logging.getLogger(__name__)


class Player:
    """Driven by the pacer's thread through `pump`; told what to do from the event loop."""

    def __init__(self, output: Output, clock: Clock) -> None:
        self.output = output
        self.clock = clock
        self.gain = 1.0
        self.failure = ""
        """Why the output did not work the last time, empty when it did."""
        self._current: Playback | None = None
        self._next: Playback | None = None
        self._fading: list[Playback] = []
        self._is_started = False
        self._dry_runs_before = 0
        self._lock = threading.Lock()

    @property
    def current(self) -> Playback | None:
        """What is being played."""
        return self._current

    @property
    def armed(self) -> Playback | None:
        """What begins at its instant, cutting off what plays then."""
        return self._next

    @property
    def is_active(self) -> bool:
        """Is there anything to do for the pacer?"""
        return bool(self._current or self._next or self._fading or self._is_started)

    def arm(self, playback: Playback) -> None:
        """Have this heard at its instant, in place of whatever plays at that moment."""
        with self._lock:
            if self._next is not None:
                # Something weightier begins before it would have.
                self._end(self._next, Ending.PREEMPTED, self.clock.monotonic())
            self._next = playback

    def stop(self, key: str | None = None, *, ending: Ending = Ending.STOPPED) -> bool:
        """Cut off what plays or waits (only if it has this key). Was there anything?"""
        now = self.clock.monotonic()
        with self._lock:
            found = False
            if self._next is not None and key in (None, self._next.key):
                self._end(self._next, ending, now)
                self._next = None
                found = True
            if self._current is not None and key in (None, self._current.key):
                self._cut(ending, now)
                found = True
            return found

    def pump(self, now: float) -> None:
        """Write what must be written now so that the output does not run dry."""
        with self._lock:
            try:
                self._pump(now)
                self.failure = ""
            except OutputFailed as failure:
                self._give_up(str(failure), now)
            except Exception as fault:
                # One box's fault must not silence the others of this process.
                log.exception("unexpected fault of the output")
                self._give_up(f"{type(fault).__name__}: {fault}", now)
            over = [p for p in self._fading if p.last_heard_at is None or p.last_heard_at <= now]
            self._fading = [p for p in self._fading if p not in over]
        for playback in over:
            playback.announce_end()

    def tick(self, now: float) -> None:
        """Every few seconds, also when nothing plays."""
        with self._lock:
            try:
                self.output.tick(now)
            except (OSError, ValueError) as failure:
                self.failure = str(failure)

    def _pump(self, now: float) -> None:
        output = self.output
        if not self._is_started:
            if self._current is None and self._next is None:
                return
            output.start()
            self._is_started = True
        queued = output.queued(now)
        self._finish_if_heard(now)
        if self._next is not None and self._next.start_at < now + queued / output.rate:
            # It should be heard before what is already in the queue.
            self._take_back(now)
            queued = output.queued(now)
        budget = int(output.lookahead_seconds * output.rate) - queued
        at = now + queued / output.rate
        while budget > 0:
            count = budget
            if self._next is not None:
                wait = round((self._next.start_at - at) * output.rate)
                if wait <= 0:
                    self._begin_next(at)
                    continue
                count = min(budget, wait)
            written = self._write_current(count, at)
            if written == 0:
                break
            budget -= written
            at += written / output.rate
        if self._current is not None:
            playback = self._current
            queued = output.queued(now)
            if playback.all_heard_at is not None:
                queued = max(0, round((playback.all_heard_at - now) * output.rate))
            playback.heard = max(playback.begun_from, playback.position - queued)
            playback.dry_runs = output.dry_runs - self._dry_runs_before
        elif self._next is None and output.queued(now) == 0:
            output.rest(now)
            self._is_started = False

    def _write_current(self, count: int, at: float) -> int:
        """Samples written; 0 when there is nothing to write now."""
        playback = self._current
        if playback is None or playback.all_heard_at is not None:
            if self._next is None:
                return 0
            self.output.write(np.zeros(count, np.int16))
            return count
        pcm = playback.read(count, self.gain, at)
        if pcm is None:
            # Nothing more to write, but its last second is still on its way to the ear: it may
            # be cut off yet, and is not reported before it was heard.
            playback.all_heard_at = at
            playback.dry_runs = self.output.dry_runs - self._dry_runs_before
            return self._write_current(count, at) if self._next is not None else 0
        if len(pcm):
            if playback.first_heard_at is None:
                playback.first_heard_at = at
                # A queue that ran dry before the first sample made it late; it did not interrupt.
                self._dry_runs_before = self.output.dry_runs
            self.output.write(pcm)
        return len(pcm)

    def _finish_if_heard(self, now: float) -> None:
        playback = self._current
        if playback is None or playback.all_heard_at is None or playback.all_heard_at > now:
            return
        failure = playback.source.failure or ""
        ending = Ending.FAILED if failure else Ending.FINISHED
        self._end(playback, ending, playback.all_heard_at, failure=failure)
        self._current = None

    def _begin_next(self, at: float) -> None:
        playback = self._next
        self._finish_if_heard(at)
        if self._current is not None:
            self._end(self._current, Ending.PREEMPTED, at)
        self._current, self._next = playback, None
        self._dry_runs_before = self.output.dry_runs

    def _cut(self, ending: Ending, now: float) -> None:
        playback = self._current
        if playback is None:
            return
        heard_at = now
        try:
            if self._is_started:
                self._take_back(now)
                heard_at = now + self.output.queued(now) / self.output.rate
        except OutputFailed as failure:
            self.failure = str(failure)
        self._end(playback, ending, heard_at)
        self._current = None

    def _take_back(self, now: float) -> None:
        taken = self.output.take_back(now)
        playback = self._current
        if playback is None:
            return
        # The source has gone on: what is taken back of a sound that is cut is not needed again.
        self._unhear(playback, taken, now + self.output.queued(now) / self.output.rate)

    def _unhear(self, playback: Playback, taken: int, edge: float) -> None:
        """Of the last `taken` samples written nothing will be heard; `edge` is where they began."""
        if playback.all_heard_at is None:
            playback.take_back(taken)
            return
        # Silence may follow the sound in the queue.
        of_the_sound = round((playback.all_heard_at - edge) * self.output.rate)
        playback.take_back(max(0, min(taken, of_the_sound)))

    def _give_up(self, reason: str, now: float) -> None:
        log.error("the output failed: %s", reason)
        self.failure = reason
        if self._current is not None:
            # Written, but never heard.
            unheard = max(0, self._current.position - self._current.heard)
            self._current.take_back(min(unheard, self._at_most_queued(now)))
        for playback in (self._current, self._next):
            if playback is not None:
                self._end(playback, Ending.FAILED, now, failure=reason)
        self._current = self._next = None
        self._is_started = False
        with contextlib.suppress(OSError, ValueError):
            self.output.close()

    def _at_most_queued(self, now: float) -> int:
        try:
            return self.output.queued(now)
        except (OSError, ValueError):
            return int(self.output.lookahead_seconds * self.output.rate)

    def _end(self, playback: Playback, ending: Ending, at: float, *, failure: str = "") -> None:
        playback.end(ending, heard_at=at, failure=failure)
        self._fading.append(playback)
