"""The board's own loop: hands over what stands, takes it down, and reports what stood."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from typing import TYPE_CHECKING

from speaker_link.kinds import Kind
from speaker_link.messages import StationVersion

from .book import Key, Reason, Showing, Shown, TextBook, alert_key, alerts_now, lines_now
from .drivers import BoardDriver, open_board
from .wording import BoardSettings, fold

if TYPE_CHECKING:
    from collections.abc import Callable

    from speaker_link.envelope import Message
    from speaker_link.messages import Assignment, BoardText

    from speaker_agent.box import Box
    from speaker_agent.journal import BoxJournal
    from speaker_agent.on_air.desk import Desk
    from speaker_agent.reports import Reporter
    from speaker_agent.timing import Clock

log = logging.getLogger(__name__)

TEXT_PREFIX = "text/"
SHOWN_PREFIX = "shown/"
# A line that is withdrawn is off within two seconds, an alert on within one.
LOOK_SECONDS = 0.5
# A board that failed is tried again.
RETRY_SECONDS = 5.0
# How long a line stood is written down so often: a power cut costs no more of the proof.
KEEP_SECONDS = 60.0


class Board:
    """Built with its box, then `run()`."""

    def __init__(
        self,
        driver: BoardDriver,
        settings: BoardSettings,
        *,
        clock: Clock,
        journal: BoxJournal,
        reporter: Reporter,
        assignment: Callable[[], Assignment | None],
        desk: Desk,
        on_change: Callable[[], None],
    ) -> None:
        self.driver = driver
        self.settings = settings
        self.book = TextBook()
        self.failure = ""
        """What is wrong with the board, or with the way of its texts to us."""
        self.is_let_in = True
        """Did the broker grant the topic?"""
        self._clock = clock
        self._journal = journal
        self._reporter = reporter
        self._assignment = assignment
        self._desk = desk
        self._on_change = on_change
        self._changed = asyncio.Event()
        self._on_board: str | None = None
        self._last: Key | None = None
        self._kept_at: dict[Key, float] = {}
        self._shown: dict[Key, Shown] = {
            _key_of(name): Shown(**json.loads(body))
            for name, body in journal.documents().items()
            if name.startswith(SHOWN_PREFIX)
        }

    def describe(self) -> str:
        """What drives it, with what is wrong with it: for the status."""
        notes = [self.driver.name]
        if self.failure:
            notes.append(f"failed: {self.failure}"[:200])
        if not self.is_let_in:
            notes.append("topic refused")
        return "; ".join(notes)

    def versions(self) -> list[StationVersion]:
        """Which texts it goes by."""
        return [
            StationVersion(station=station, version=message.body.version)
            for station, message in self.book.texts.items()
        ][:32]

    def look(self) -> None:
        """Something changed: see what stands now."""
        self._changed.set()

    # What was found good

    async def take(self, message: Message[BoardText], text: str | None) -> None:
        """A station's texts, verified. With `text` they are kept across restarts."""
        body = message.body
        known = self.book.texts.get(body.station)
        if known is not None and known.body == body and known.exp == message.exp:
            return
        self.book.texts[body.station] = message
        if text is not None:
            await asyncio.wrap_future(self._journal.keep(TEXT_PREFIX + body.station, text))
        await self._drop_what_is_gone("withdrawn")
        self.look()
        self._on_change()

    async def distrust(self, still_valid: set[str]) -> None:
        """A key was revoked: forget what is not in these documents."""
        for station in [s for s in self.book.texts if TEXT_PREFIX + s not in still_valid]:
            log.warning("the texts of %s are no longer believed", station)
            await self._forget_station(station, "withdrawn")
        self.look()

    async def reassign(self, assignment: Assignment) -> None:
        """The box follows other stations now, or stands elsewhere."""
        for station in [s for s in self.book.texts if s not in assignment.stations]:
            await self._forget_station(station, "withdrawn")
        await self._drop_what_is_gone("withdrawn")
        self.look()

    async def _forget_station(self, station: str, reason: Reason) -> None:
        self.book.texts.pop(station, None)
        await asyncio.wrap_future(self._journal.drop(TEXT_PREFIX + station))
        for key in [k for k, one in self._shown.items() if k[0] == station and not one.is_alert]:
            await self._end(key, reason)

    async def _drop_what_is_gone(self, reason: Reason) -> None:
        """Keep an account of every line that is ours, and close those of lines that are not."""
        assignment = self._assignment()
        if assignment is None:
            return
        lines, now = self.book.lines(assignment), self._clock.now()
        for key, (line, _exp) in lines.items():
            if line.until.timestamp() > now:
                self._shown.setdefault(key, Shown())
        for key in [k for k, one in self._shown.items() if k not in lines and not one.is_alert]:
            # What was kept of a station whose texts are not read yet is not gone.
            if key[0] in self.book.texts or key[0] not in assignment.stations:
                await self._end(key, reason)

    # The loop

    async def run(self) -> None:
        """Until cancelled; then nothing stands there any more."""
        try:
            while True:
                await self._close_what_is_over()
                turns = self._turns()
                if not turns:
                    await self._hand("")
                    await self._wait(LOOK_SECONDS * 2)
                    continue
                await self._stand(self._next(turns))
        finally:
            # In this thread: the loop may be ending.
            self.driver.close()

    async def _wait(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        self._changed.clear()

    def _turns(self) -> list[Showing]:
        now, assignment = self._clock.now(), self._assignment()
        held = self._desk.alerts.alerts.values()
        alerts = alerts_now(held, now=now, counter=self._clock.monotonic())
        if assignment is None or not self._clock.is_trusted:
            return alerts
        turns, waiting = lines_now(self.book, assignment, now)
        for key in waiting | ({one.key for one in turns} if alerts else set()):
            self._shown.setdefault(key, Shown()).hindered_by = "pre_empted"
        return alerts or turns

    def _next(self, turns: list[Showing]) -> Showing:
        keys = [one.key for one in turns]
        at = keys.index(self._last) + 1 if self._last in keys else 0
        chosen = turns[at % len(turns)]
        self._last = chosen.key
        return chosen

    async def _stand(self, showing: Showing) -> None:
        """Let it stand its whole time, part after part, or until it must give way."""
        text = fold(showing.text, self.settings.encoding)
        shown = self._shown.setdefault(showing.key, Shown())
        shown.is_alert, shown.until = showing.until is not None, showing.until
        for part in self.settings.parts(text):
            if not await self._hand(part, again=True):
                shown.hindered_by = "board_failed"
                await self._wait(RETRY_SECONDS)
                return
            began = self._clock.monotonic()
            if shown.started_at is None:
                shown.started_at = self._clock.now()
            shown.text, shown.language = text, showing.language
            end = began + self.settings.standing_seconds(part)
            while (left := end - self._clock.monotonic()) > 0:
                await self._wait(min(LOOK_SECONDS, left))
                if showing not in self._turns():
                    break
            shown.shown_ms += max(0, int((self._clock.monotonic() - began) * 1000))
            if left > 0:
                return
        shown.times += 1
        await self._note(showing.key, shown)

    async def _hand(self, text: str, *, again: bool = False) -> bool:
        if self._on_board == text and not again:
            return True
        try:
            await asyncio.to_thread(self.driver.show, text)
        except Exception as error:
            # Not OSError alone: no driver's fault may silence the loudspeaker.
            self._on_board = None
            self._note_failure(str(error) or type(error).__name__)
            return False
        self._on_board = text
        self._note_failure("")
        return True

    def _note_failure(self, failure: str) -> None:
        if failure != self.failure:
            if failure:
                log.warning("the board: %s", failure)
            self.failure = failure
            self._on_change()

    # What is told

    async def _note(self, key: Key, shown: Shown) -> None:
        """It stood its whole time once more: the first time is told, the others are counted."""
        now = self._clock.monotonic()
        if shown.is_told and now - self._kept_at.get(key, -KEEP_SECONDS) < KEEP_SECONDS:
            return
        self._kept_at[key] = now
        is_first, shown.is_told = not shown.is_told, True
        kept = self._journal.keep_write(_name_of(key), json.dumps(shown.to_json()))
        if is_first:
            await self._reporter.send(Kind.TEXT_REPORT, shown.first_report(key), also=(kept,))
        else:
            self._journal.journal.write(kept)

    async def _close_what_is_over(self) -> None:
        """Windows that have passed, messages whose life ended, alerts that are no more."""
        now, assignment = self._clock.now(), self._assignment()
        if assignment is None or not self._clock.is_trusted or not self._desk.is_recalled:
            return
        lines = self.book.lines(assignment)
        standing = {alert_key(one) for one in self._desk.alerts.alerts.values()}
        for key, shown in list(self._shown.items()):
            if shown.is_alert and shown.until is not None:
                if shown.until <= now:
                    await self._end(key, "window")
                elif key not in standing:
                    await self._end(key, "withdrawn")
            elif key not in lines:
                await self._end(key, "expired")
            elif lines[key][0].until.timestamp() <= now:
                await self._end(key, "window")
        for station, message in list(self.book.texts.items()):
            if message.exp.timestamp() <= now:
                await self._forget_station(station, "expired")

    async def _end(self, key: Key, reason: Reason) -> None:
        # The inbox and the loop both go by lists that they made before they waited.
        shown = self._shown.pop(key, None)
        if shown is None:
            return
        self._kept_at.pop(key, None)
        report = shown.last_report(key, reason, self._clock.now())
        dropped = self._journal.drop_write(_name_of(key))
        await self._reporter.send(Kind.TEXT_REPORT, report, also=(dropped,))


def _name_of(key: Key) -> str:
    return f"{SHOWN_PREFIX}{key[0]}/{key[1]}"


def _key_of(name: str) -> Key:
    station, _, line = name.removeprefix(SHOWN_PREFIX).partition("/")
    return station, line


def board_of(box: Box, settings: BoardSettings) -> Board | None:
    """The box's board, if it has one. Raises ValueError."""
    driver = open_board(settings)
    if driver is None:
        return None
    return Board(
        driver,
        settings,
        clock=box.clock,
        journal=box.journal,
        reporter=box.reporter,
        assignment=lambda: box.assignment,
        desk=box.desk,
        on_change=box.tell_status,
    )
