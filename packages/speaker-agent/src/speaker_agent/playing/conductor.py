"""Carries out the rules for one box: writes down, arms, watches, reports."""

import asyncio
import contextlib
import logging
import math
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime

from speaker_link.kinds import Kind, Priority
from speaker_link.messages import CutReason, Outcome, PlayReport

from speaker_agent.host import Host
from speaker_agent.journal import BoxJournal
from speaker_agent.on_air.desk import Desk
from speaker_agent.on_air.streams import KEY_PREFIX
from speaker_agent.playing import rules
from speaker_agent.playing.limits import SESSIONS, Sessions
from speaker_agent.playing.playback import Ending, Playback, Tone
from speaker_agent.playing.player import Player
from speaker_agent.playing.progress import Entry, Stage
from speaker_agent.playing.schedules import ScheduleBook
from speaker_agent.reports import Reporter
from speaker_agent.sound.decoding import UndecodableSound
from speaker_agent.sound.store import NotThatSound
from speaker_agent.timing import Clock

log = logging.getLogger(__name__)

TONE_KEY = "test-tone"
DEVICE_RETRY_SECONDS = 2.0
# A play is remembered this long after its window: longer than any schedule that could name it.
REMEMBERED_SECONDS = 9 * 24 * 3600.0

_ENDINGS = {
    Ending.PREEMPTED: CutReason.PRE_EMPTED,
    Ending.STOPPED: CutReason.STOPPED,
    Ending.FAILED: CutReason.DEVICE_FAILED,
}


class Conductor:
    """One box's playing."""

    def __init__(
        self,
        *,
        host: Host,
        book: ScheduleBook,
        player: Player,
        clock: Clock,
        journal: BoxJournal,
        reporter: Reporter,
        circumstances: Callable[[], rules.Circumstances],
        desk: Desk,
        sessions: Sessions,
        on_change: Callable[[], None],
    ) -> None:
        self.host = host
        self.book = book
        self.player = player
        self.clock = clock
        self.journal = journal
        self.reporter = reporter
        self.circumstances = circumstances
        self.desk = desk
        self.sessions = sessions
        self.on_change = on_change
        self._look = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._live_told: Playback | None = None
        self._stop_reasons: dict[str, CutReason] = {}
        self._ending: set[asyncio.Task[None]] = set()
        self._handed: dict[str, Playback] = {}
        """What the player was given and whose end has not been taken in here."""

    @property
    def playing_name(self) -> str | None:
        """What sounds, as it stands in reports."""
        current = self.player.current
        stream = None if current is None else self.desk.stream(current.key)
        if stream is not None:
            return stream.item_id
        return self.playing.item.id if self.playing else None

    @property
    def playing(self) -> Entry | None:
        """The item that sounds."""
        current = self.player.current
        return None if current is None else self.book.entries.get(current.key)

    def look(self) -> None:
        """Something changed: decide again now."""
        self._look.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            self._look.clear()
            again_at = await self._step()
            wait = min(max(0.01, again_at - self.clock.now()), rules.LONGEST_SLEEP_SECONDS)
            # Not wait_for: before Python 3.12 it forgets a cancellation that comes with the event.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._look.wait()

    async def _step(self) -> float:
        on_air_again_at = await self.desk.refresh()
        here = self.circumstances()
        # The player may be through with one whose end is on its way to us: it is not begun again.
        ending = self._handed.keys() - {here.current, here.armed}
        here = replace(here, live=[sound for sound in here.live if sound.key not in ending])
        entries = [entry for key, entry in self.book.entries.items() if key not in ending]
        decision = rules.decide(entries, here)
        for entry, reason in decision.over:
            await self._close(entry, reason)
        for entry in list(self.book.entries.values()):
            if entry.is_withdrawn and entry.key in (here.current, here.armed):
                self.cut(entry.key, CutReason.WITHDRAWN)
        if decision.stop is not None and here.current is not None:
            self.cut(here.current, decision.stop)
        if isinstance(decision.arm, rules.LiveSound):
            self._arm_live(decision.arm, decision.arm_at)
        elif decision.arm is not None:
            await self._arm(decision.arm, decision.arm_at)
        self._note_progress()
        self.book.forget(now=here.now)
        return min(decision.look_again_at, max(on_air_again_at, here.now))

    def cut(self, key: str | None, reason: CutReason) -> bool:
        """Stop what plays or waits (only if it has this key). Was there anything?"""
        for playback in (self.player.current, self.player.armed):
            if playback is not None and key in (None, playback.key):
                self._stop_reasons[playback.key] = reason
        found = self.player.stop(key)
        self.host.pacer.wake()
        return found

    async def refuse_to_play(self, entry: Entry, reason: CutReason) -> None:
        """An item that has not begun will not: an operator stopped it."""
        await self._close(entry, reason)

    def test_tone(self, seconds: float) -> None:
        """Sound a tone now, unless something plays: an item is never cut by a test."""
        tone = Tone(self.player.output.rate, seconds=seconds)
        self.player.arm(Playback(TONE_KEY, tone, start_at=self.clock.monotonic() + 0.2))
        self.host.pacer.add(self.player)
        self.host.pacer.wake()

    # Beginning

    async def _arm(self, entry: Entry, at: float) -> None:
        progress = entry.progress
        rate = self.player.output.rate
        try:
            sha256 = entry.edition.sha256
            path = self.host.store.known(sha256)
            if path is None:
                path = await asyncio.to_thread(self.host.store.verified, sha256)
            if progress.rate not in (0, rate):
                progress.samples = progress.samples * rate // progress.rate
            source = self.host.decoders.open(path, rate, at=progress.samples)
        except (NotThatSound, FileNotFoundError, UndecodableSound) as damage:
            log.error("%s: %s", entry.key, damage)  # noqa: TRY400 - the reason is in the message
            entry.is_held = False
            entry.is_bad_sound = isinstance(damage, NotThatSound)
            self.on_change()
            return
        progress.stage = Stage.STARTED
        progress.rate = rate
        progress.sha256 = entry.edition.sha256
        progress.language = entry.edition.language
        progress.expected = entry.edition.duration_ms * rate // 1000
        # On the disk before the first sample: after a power cut the box knows that it had begun. An
        # alert does not wait for the disk: said once more from its start, it does no harm.
        kept = self._keep(entry)
        if not entry.is_alert:
            await asyncio.wrap_future(kept)
        if entry.is_withdrawn:
            source.close()
            progress.stage = Stage.INTERRUPTED if progress.samples else Stage.WAITING
            self.look()
            return
        start_at = self.clock.monotonic_at(at)
        playback = Playback(
            entry.key,
            source,
            start_at=start_at,
            position=progress.samples,
            on_ended=self._on_ended_elsewhere,
        )
        self._handed[playback.key] = playback
        self.player.arm(playback)
        self.host.pacer.add(self.player)
        self.host.pacer.wake()

    def _arm_live(self, sound: rules.LiveSound, at: float) -> None:
        stream = self.desk.stream(sound.key)
        if stream is None:
            return
        playback = Playback(
            sound.key,
            stream.open(self.player.output.rate),
            start_at=self.clock.monotonic_at(at),
            on_ended=self._on_ended_elsewhere,
        )
        self._handed[playback.key] = playback
        self.player.arm(playback)
        self.host.pacer.add(self.player)
        self.host.pacer.wake()

    # While it plays

    def _note_progress(self) -> None:
        playback = self.player.current
        entry = self.playing
        if playback is not None and self.desk.stream(playback.key) is not None:
            if playback is not self._live_told and playback.first_heard_at is not None:
                self._live_told = playback
                self.on_change()
            self.desk.note_progress(playback)
        if playback is None or entry is None or playback.first_heard_at is None:
            return
        if entry.progress.started_at is None:
            self._note_start(entry, playback)
            self.on_change()
        if playback.heard > entry.progress.samples:
            entry.progress.samples = playback.heard
            self._keep(entry)

    def _note_start(self, entry: Entry, playback: Playback) -> None:
        if playback.first_heard_at is None or entry.progress.started_at is not None:
            return
        entry.progress.started_at = self.clock.server_at(playback.first_heard_at)
        entry.progress.start_error = entry.progress.started_at - entry.start

    # The end

    def _on_ended_elsewhere(self, playback: Playback) -> None:
        """Called by the pacer's thread."""
        with contextlib.suppress(RuntimeError):  # the loop is closed: the process ends
            self._loop.call_soon_threadsafe(self._on_ended, playback)

    def _on_ended(self, playback: Playback) -> None:
        task = asyncio.create_task(self._end(playback))
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def _end(self, playback: Playback) -> None:
        try:
            await self._take_in_end(playback)
        finally:
            if self._handed.get(playback.key) is playback:
                del self._handed[playback.key]
        self.on_change()
        self.look()

    async def _take_in_end(self, playback: Playback) -> None:
        if playback.key.startswith(KEY_PREFIX):
            await self._end_live(playback)
            return
        entry = self.book.entries.get(playback.key)
        if entry is None or entry.is_done:
            return
        progress = entry.progress
        self._note_start(entry, playback)
        progress.samples = playback.position
        progress.underruns += playback.dry_runs
        if playback.level_dbfs is not None:
            progress.energy += 10 ** (playback.level_dbfs / 10) * playback.handed
            progress.measured += playback.handed
        self._note_session(entry, playback)
        if progress.samples == 0:
            # Taken back before it was heard: it has not begun.
            progress.started_at = progress.start_error = None
        if playback.ending is Ending.FINISHED and progress.samples:
            await self._report(entry, Outcome.PLAYED, None)
        elif playback.ending is Ending.FINISHED:
            await self._close(entry, CutReason.BAD_SOUND)
        else:
            reason = (
                self._stop_reasons.pop(playback.key, None)
                or _ENDINGS[playback.ending or Ending.STOPPED]
            )
            if playback.source.failure:
                reason = CutReason.BAD_SOUND
            progress.reason = reason
            progress.stage = Stage.INTERRUPTED if progress.samples else Stage.WAITING
            if reason in (CutReason.STOPPED, CutReason.WITHDRAWN, CutReason.BAD_SOUND):
                await self._close(entry, reason)
            else:
                if reason is CutReason.DEVICE_FAILED:
                    entry.not_before = self.clock.now() + DEVICE_RETRY_SECONDS
                await asyncio.wrap_future(self._keep(entry))

    async def _end_live(self, playback: Playback) -> None:
        reason = self._stop_reasons.pop(playback.key, None)
        if reason is None and playback.ending is not Ending.FINISHED:
            reason = _ENDINGS[playback.ending or Ending.STOPPED]
        self._live_told = None
        await self.desk.ended(playback, reason)

    def _note_session(self, entry: Entry, playback: Playback) -> None:
        """What a village has borne: no emergency, and only what was heard."""
        began, ended = playback.first_heard_at, playback.last_heard_at
        is_counted = entry.item.priority is not Priority.EMERGENCY and not entry.is_alert
        if is_counted and began is not None and ended is not None and ended > began:
            self.sessions.note(self.clock.server_at(began), self.clock.server_at(ended))
            self.journal.keep(SESSIONS, self.sessions.to_json())

    async def _close(self, entry: Entry, reason: CutReason) -> None:
        """Nothing more will come of it: say what came out."""
        if entry.progress.started_at is not None and entry.progress.samples > 0:
            await self._report(entry, Outcome.CUT, reason)
        else:
            await self._report(entry, Outcome.MISSED, reason)
        self.on_change()

    async def _report(self, entry: Entry, outcome: Outcome, reason: CutReason | None) -> None:
        progress = entry.progress
        progress.stage = Stage.DONE
        progress.reason = reason
        if outcome is Outcome.MISSED:
            body = PlayReport(
                item_id=entry.item.id,
                station=entry.station,
                outcome=outcome,
                reason=reason,
                scheduled_start=entry.item.start,
            )
        else:
            level = None
            if progress.measured and progress.energy > 0:
                level = max(-200.0, 10 * math.log10(progress.energy / progress.measured))
            body = PlayReport(
                item_id=entry.item.id,
                station=entry.station,
                outcome=outcome,
                reason=reason,
                language=progress.language,
                sha256=progress.sha256,
                scheduled_start=entry.item.start,
                started_at=datetime.fromtimestamp(progress.started_at or 0.0, UTC),
                start_error_ms=round((progress.start_error or 0.0) * 1000, 3),
                sample_rate=progress.rate,
                samples_expected=progress.expected,
                samples_played=progress.samples,
                underruns=progress.underruns,
                level_dbfs=None if level is None else round(level, 2),
            )
        forget_at = entry.start_before + REMEMBERED_SECONDS
        # The end and its report are one fact: both on the disk or neither.
        done = self.journal.play_write(entry.key, progress.to_json(), forget_at=forget_at)
        await self.reporter.send(Kind.PLAY_REPORT, body, also=(done,))

    def _keep(self, entry: Entry) -> Future[bool]:
        return self.journal.keep_play(
            entry.key,
            entry.progress.to_json(),
            forget_at=entry.start_before + REMEMBERED_SECONDS,
        )
