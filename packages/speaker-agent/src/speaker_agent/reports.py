"""What the box tells, written down before it is sent and kept until the server has it."""

import asyncio
import hashlib
import logging
import random
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from speaker_link.boxes import compose_from_box, sign_as_box
from speaker_link.envelope import new_id
from speaker_link.errors import Refused
from speaker_link.keys import PrivateKey
from speaker_link.kinds import Kind
from speaker_link.messages import Body, RefusalReport

from speaker_agent.journal import BoxJournal, Write
from speaker_agent.timing import Clock

log = logging.getLogger(__name__)

SESSION = "session"
# Plays are the proof that people wait for; refusals can be many.
RANKS = {
    Kind.PLAY_REPORT: 0,
    Kind.LOCAL_ISSUE: 0,
    Kind.TEXT_REPORT: 0,
    Kind.HELD: 1,
    Kind.COMMAND_RESULT: 1,
    Kind.UPDATE_REPORT: 1,
    Kind.REFUSAL: 2,
    Kind.LOG: 2,
}
RESEND_SECONDS = 60.0
REFUSALS_A_MINUTE = 12
REMEMBERED_REFUSALS = 500
TURNED_AWAY_AN_HOUR = 5
HOUR_SECONDS = 3600.0


@dataclass
class TurnedAwayCount:
    """Of one reason: how many were told since an instant of our counter, and how many were not."""

    since: float
    told: int = 0
    left_out: int = 0


class Pen:
    """Signs what the box says, in an order that does not depend on its clock."""

    def __init__(self, serial: str, key: PrivateKey, clock: Clock, journal: BoxJournal) -> None:
        self.serial = serial
        self.key = key
        self.clock = clock
        self.journal = journal
        self.session = int(journal.documents().get(SESSION, "0"))
        self._sequence = 0

    async def begin_session(self) -> int:
        """A number higher than of any session before, on the disk before it is used."""
        self.session += 1
        self._sequence = 0
        await asyncio.wrap_future(self.journal.keep(SESSION, str(self.session)))
        return self.session

    def now(self) -> datetime:
        """The time as the box knows it."""
        return datetime.fromtimestamp(self.clock.now(), UTC)

    def write(self, body: Body, identifier: str | None = None) -> str:
        """The signed text."""
        self._sequence += 1
        message = compose_from_box(
            body,
            now=self.now(),
            box=self.serial,
            session=self.session,
            sequence=self._sequence,
            id=identifier,
        )
        return sign_as_box(message, self.key)


class Reporter:
    """Queues reports in the journal and hands them to the connection, again and again."""

    def __init__(self, pen: Pen, journal: BoxJournal) -> None:
        self.pen = pen
        self.journal = journal
        self.last_refusal: RefusalReport | None = None
        self._waiting: dict[str, str] = dict(journal.reports())
        self._to_send: deque[str] = deque(self._waiting)
        self._has_work = asyncio.Event()
        self._refused: OrderedDict[str, None] = OrderedDict()
        self._refusal_times: deque[float] = deque(maxlen=REFUSALS_A_MINUTE)
        self._turned_away: dict[str, TurnedAwayCount] = {}

    @property
    def unacknowledged(self) -> int:
        """Reports that the server has not confirmed."""
        return len(self._waiting)

    async def send(self, kind: Kind, body: Body, *, also: Sequence[Write] = ()) -> None:
        """Write a report down (together with what it states), then let it go."""
        identifier = new_id()
        text = self.pen.write(body, identifier)
        self._waiting[identifier] = text
        kept = self.journal.journal.write(
            self.journal.report_write(identifier, text, rank=RANKS[kind]), *also
        )
        await asyncio.wrap_future(kept)
        self._to_send.append(identifier)
        self._has_work.set()

    async def refuse(
        self, refusal: Refused, *, topic: str, payload: bytes, name: str | None = None
    ) -> None:
        """Report what was not obeyed, once for each message, and not more than can be read.

        With `name` all messages of that name count as one.
        """
        name = name or refusal.message_id or hashlib.sha256(payload).hexdigest()
        report = RefusalReport(
            message_id=refusal.message_id,
            topic=topic[:1000],
            reason=str(refusal.reason),
            detail="".join(c if c.isprintable() else "?" for c in refusal.detail)[:300],
            refused_at=self.pen.now(),
        )
        self.last_refusal = report
        log.warning("%s refused a message on %s: %s", self.pen.serial, topic, refusal)
        await self._tell(report, f"{name}/{refusal.reason}")

    async def turn_away(self, reason: str, detail: str) -> None:
        """Report that somebody at the box's own page was turned away.

        Anybody on that network can cause these, so they have a share of their own, apart from
        refusals: of each reason some an hour are reported, and the rest is counted.
        """
        text = "".join(c if c.isprintable() else "?" for c in detail)[:300]
        report = RefusalReport(topic="local", reason=reason, detail=text, refused_at=self.pen.now())
        self.last_refusal = report
        await self.tell_the_rest()
        count = self._turned_away.setdefault(reason, TurnedAwayCount(time.monotonic()))
        if count.told == TURNED_AWAY_AN_HOUR:
            count.left_out += 1
            return
        count.told += 1
        log.warning("%s turned somebody away: %s (%s)", self.pen.serial, reason, text)
        await self.send(Kind.REFUSAL, report)

    async def tell_the_rest(self) -> None:
        """How many more were turned away in the hour that is over, one report for each reason."""
        now = time.monotonic()
        over = {
            reason: count
            for reason, count in self._turned_away.items()
            if now - count.since >= HOUR_SECONDS
        }
        for reason, count in over.items():
            del self._turned_away[reason]
            if count.left_out:
                await self.send(
                    Kind.REFUSAL,
                    RefusalReport(
                        topic="local",
                        reason=reason,
                        detail=f"{count.left_out} more within an hour",
                        refused_at=self.pen.now(),
                    ),
                )

    async def _tell(self, report: RefusalReport, key: str) -> None:
        if key in self._refused:
            return
        self._refused[key] = None
        if len(self._refused) > REMEMBERED_REFUSALS:
            self._refused.popitem(last=False)
        now = time.monotonic()
        times = self._refusal_times
        if len(times) == REFUSALS_A_MINUTE and now - times[0] < 60:  # noqa: PLR2004 - a minute
            return
        times.append(now)
        await self.send(Kind.REFUSAL, report)

    def acknowledge(self, identifiers: Sequence[str]) -> None:
        """The server has stored these."""
        known = [name for name in identifiers if self._waiting.pop(name, None) is not None]
        if known:
            self.journal.forget_reports(known)

    async def deliver(self, publish: Callable[[str], Awaitable[Any]]) -> None:
        """Send what waits for as long as the connection holds; what is not acked is sent again."""
        self._to_send = deque(self._waiting)
        self._has_work.set()
        while True:
            try:
                # Not wait_for: on Python 3.11 it may swallow the end of the line, and go on.
                pause = RESEND_SECONDS * random.uniform(0.8, 1.5)  # noqa: S311 - no secret
                async with asyncio.timeout(pause):
                    await self._has_work.wait()
            except TimeoutError:
                self._to_send = deque(self._waiting)
            self._has_work.clear()
            while self._to_send:
                text = self._waiting.get(self._to_send[0])
                if text is not None:
                    await publish(text)
                self._to_send.popleft()
