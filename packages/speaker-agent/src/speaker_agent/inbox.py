"""Judges every message before anything else sees it, and keeps the last good state."""

import asyncio
import contextlib
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from speaker_link import topics
from speaker_link.envelope import Message, check_size, peek
from speaker_link.errors import RefusalReason, Refused
from speaker_link.kinds import Kind
from speaker_link.local_issues import MAX_SIGNED_TEXT
from speaker_link.messages import (
    Ack,
    Alert,
    Assignment,
    BoardText,
    Command,
    Live,
    Revocations,
    RootRotation,
    Schedule,
    Takeover,
    TimeAnswer,
)
from speaker_link.trust import Scope, Trust
from speaker_link.verification import verify

from speaker_agent.boards.showing import TEXT_PREFIX, Board
from speaker_agent.journal import BoxJournal
from speaker_agent.memory import NoMemory, ReplayMemory
from speaker_agent.on_air.desk import ALERT_PREFIX, TAKEOVER_PREFIX, Desk
from speaker_agent.reports import Reporter
from speaker_agent.timing import Clock
from speaker_agent.timing.timekeeper import CLOCK, Timekeeper

log = logging.getLogger(__name__)

ASSIGNMENT = "assignment"
REVOCATIONS = "revocations"
ROTATION = "root"
SCHEDULE_PREFIX = "schedule/"
OF_STATIONS = (SCHEDULE_PREFIX, TAKEOVER_PREFIX, ALERT_PREFIX, TEXT_PREFIX)
# How long what waits for the time is held back before it is judged without.
PATIENCE_SECONDS = 10.0
# What an expired schedule's items came to is told this long: what was told is remembered longer.
TOLD_LATE = timedelta(days=7)


class Inbox:
    """What the box believes, and what it does with what it is told."""

    def __init__(
        self,
        *,
        serial: str,
        trust: Trust,
        clock: Clock,
        journal: BoxJournal,
        reporter: Reporter,
        timekeeper: Timekeeper,
        desk: Desk,
        on_assignment: Callable[[Assignment], Awaitable[None]],
        on_schedule: Callable[[Schedule, bool], bool],
        on_command: Callable[[Message[Command], str], Awaitable[None]],
        on_distrust: Callable[[], Awaitable[None]],
    ) -> None:
        self.serial = serial
        self.trust = trust
        self.clock = clock
        self.journal = journal
        self.reporter = reporter
        self.timekeeper = timekeeper
        self.desk = desk
        self.board: Board | None = None
        self.memory = ReplayMemory(journal)
        self.assignment: Assignment | None = None
        self._on_assignment = on_assignment
        self._on_schedule = on_schedule
        self._on_command = on_command
        self._on_distrust = on_distrust
        self._waiting: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue()
        self._without_time: dict[str, bytes] = {}
        self._surely_passed = self._read_surely_passed()

    def _read_surely_passed(self) -> float:
        """The last trusted instant that was stored: without a clock, the time is at least that."""
        with contextlib.suppress(ValueError, TypeError):
            return float(json.loads(self.journal.documents().get(CLOCK, "{}")).get("server", 0.0))
        return 0.0

    # Coming in

    async def take(self, topic: str, payload: bytes) -> None:
        """A message from the broker. Answers about time are read at once, others in turn."""
        if not payload:
            return  # a broker's place that was cleared: no message
        if topic == topics.time(self.serial):
            at = self.clock.monotonic()
            message = await self._judge(topic, payload, memory=NoMemory())
            if message is not None and isinstance(message.body, TimeAnswer):
                self.timekeeper.answer(message.body, at=at)
            return
        self._waiting.put_nowait((topic, payload))

    async def work(self) -> None:
        """Judge what waits, as soon as the time is known or seems not to come."""
        with contextlib.suppress(TimeoutError):
            # Not wait_for, here and elsewhere: on Python 3.11 it may swallow its caller's end.
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self.timekeeper.settled.wait()
        while True:
            topic, payload = await self._waiting.get()
            await self._read(topic, payload)

    async def read_what_waited_for_time(self) -> None:
        """The time is known now: what was refused for want of it is judged again."""
        for topic in list(self._without_time):
            payload = self._without_time.pop(topic, None)
            if payload is not None:
                await self._read(topic, payload)

    async def _judge(
        self, topic: str | None, payload: bytes | str, *, memory: ReplayMemory | NoMemory
    ) -> Message[Any] | None:
        raw = payload.encode() if isinstance(payload, str) else payload
        try:
            return verify(
                payload,
                trust=self.trust,
                scope=self.scope(),
                now=self.now(),
                replay=memory,
                topic=topic,
            )
        except Refused as refusal:
            if topic is not None:
                await self._refuse(refusal, topic, raw)
            return None

    async def take_here(self, text: str, *, is_trial: bool = False) -> Message[Any]:
        """An alert or takeover that people brought to the box: judged as if it came on its topic.

        A broker hands out the same bytes again and again; a person brings them once. Who calls
        has it obeyed. A trial is forgotten. Raises Refused; reporting it is for the caller.
        """
        check_size(text, MAX_SIGNED_TEXT)
        claimed = peek(text)
        body = claimed.body
        if isinstance(body, Alert):
            topic = topics.alert(body.station, body.alert)
        elif isinstance(body, Takeover):
            topic = topics.takeover(body.station, body.takeover)
        else:
            raise Refused(RefusalReason.WRONG_KIND, "only alerts and takeovers are brought here")
        if self.memory.knows(claimed.stream or "", version=body.version):
            raise Refused(RefusalReason.REPLAYED, "it was here before", claimed.id)
        message = verify(
            text,
            trust=self.trust,
            scope=self.scope(),
            now=self.now(),
            replay=NoMemory() if is_trial else self.memory,
            topic=topic,
        )
        await asyncio.wrap_future(self.memory.settled)
        return message

    async def _refuse(self, refusal: Refused, topic: str, payload: bytes) -> None:
        where = topics.parse(topic)
        is_state = where is not None and where.is_retained
        if refusal.reason is RefusalReason.UNTRUSTED_TIME and is_state:
            self._without_time[topic] = payload
        if refusal.concerns_others:
            return
        # Of a stream every second brings another segment: one report says it all.
        name = topic if where is not None and Kind.LIVE in where.kinds else None
        await self.reporter.refuse(refusal, topic=topic, payload=payload, name=name)

    def scope(self) -> Scope:
        """Who the box is, for a judgement now."""
        is_trusted = self.clock.is_trusted
        if self.assignment is None:
            scope = Scope(serial=self.serial, time_is_trusted=is_trusted)
        else:
            scope = Scope.of(
                self.assignment, time_is_trusted=is_trusted, streams=self.desk.streams()
            )
        return replace(scope, nonces=self.timekeeper.nonces)

    def now(self) -> datetime:
        """The server's time, or an instant that has surely passed."""
        if self.clock.is_trusted:
            return datetime.fromtimestamp(self.clock.now(), UTC)
        return datetime.fromtimestamp(max(self._surely_passed, 1e9), UTC)

    async def _read(self, topic: str, payload: bytes) -> None:
        if topic == topics.acks(self.serial):
            # Acknowledging twice does no harm, so acks are not remembered one by one.
            message = await self._judge(topic, payload, memory=NoMemory())
            if message is not None and isinstance(message.body, Ack):
                self.reporter.acknowledge(message.body.ids)
            return
        message = await self._judge(topic, payload, memory=self.memory)
        if message is None:
            return
        # What is obeyed is remembered first: after a power cut it is not obeyed again.
        await asyncio.wrap_future(self.memory.settled)
        text = payload.decode()
        match message.body:
            case Assignment() as assignment:
                await self._assign(assignment, text)
            case Schedule() as schedule:
                await self._take_schedule(schedule, text)
            case Live() as segment:
                self.desk.take_segment(segment)
            case Takeover():
                await self.desk.take_takeover(message, text)
            case Alert():
                await self.desk.take_alert(message, text, without_time=not self.clock.is_trusted)
            case BoardText() if self.board is not None:
                await self.board.take(message, text)
            case Command():
                await self._on_command(message, text)
            case Revocations() as revocations:
                await self._revoke(revocations, text)
            case RootRotation() as rotation:
                self.trust = self.trust.with_rotation(rotation)
                await asyncio.wrap_future(self.journal.keep(ROTATION, text))
            case _:
                log.warning("%s: nothing is done with %s", self.serial, message.typ)

    async def _revoke(self, revocations: Revocations, text: str) -> None:
        trust = self.trust.with_revocations(revocations)
        is_changed, self.trust = trust.revoked != self.trust.revoked, trust
        await asyncio.wrap_future(self.journal.keep(REVOCATIONS, text))
        # A broker sends its copy with every subscription: nothing is judged again for that.
        if is_changed:
            await self._on_distrust()

    async def _assign(self, assignment: Assignment, text: str) -> None:
        if assignment == self.assignment:
            return  # the broker's copy, sent again with a subscription
        self.assignment = assignment
        await asyncio.wrap_future(self.journal.keep(ASSIGNMENT, text))
        await self._on_assignment(assignment)

    async def _take_schedule(self, schedule: Schedule, text: str) -> None:
        if self._on_schedule(schedule, not self.clock.is_trusted):
            self.journal.keep(SCHEDULE_PREFIX + schedule.station, text)

    # From our own disk

    async def recall(self) -> None:
        """Take up what was kept, judged again by what is believed now."""
        await self.timekeeper.wake()
        documents = await asyncio.to_thread(self.journal.documents)
        for name in (ROTATION, REVOCATIONS, ASSIGNMENT):
            if name not in documents:
                continue
            message = await self._judge(None, documents[name], memory=NoMemory())
            match message and message.body:
                case RootRotation() as rotation:
                    self.trust = self.trust.with_rotation(rotation)
                case Revocations() as revocations:
                    self.trust = self.trust.with_revocations(revocations)
                case Assignment() as assignment:
                    self.assignment = assignment
                    await self._on_assignment(assignment)
                case _:
                    log.error("%s: the kept %s is no longer valid", self.serial, name)

    async def recall_schedules(self) -> None:
        """Take up the kept schedules that are still valid. Needs a trusted time."""
        documents = await asyncio.to_thread(self.journal.documents)
        for name, text in documents.items():
            if not name.startswith(OF_STATIONS):
                continue
            message = await self._judge(None, text, memory=NoMemory())
            match message and message.body:
                case Schedule() as schedule:
                    self._on_schedule(schedule, False)
                case Takeover() if message is not None:
                    await self.desk.take_takeover(message, None)
                case Alert() if message is not None:
                    await self.desk.take_alert(message, None, without_time=False)
                case BoardText() if message is not None and self.board is not None:
                    await self.board.take(message, None)
                case _:
                    # Expired, or its key was revoked since.
                    if not self._recall_the_past(text):
                        self.journal.drop(name)
        self.desk.is_recalled = True

    def _recall_the_past(self, text: str) -> bool:
        """Of a schedule that expired meanwhile nothing is played, but what was missed is told."""
        now = self.now()
        try:
            kept = peek(text)
        except Refused:
            return False
        schedule = kept.body
        if not isinstance(schedule, Schedule) or not kept.exp <= now < kept.exp + TOLD_LATE:
            return False
        try:
            verify(text, trust=self.trust, scope=self.scope(), now=kept.nbf, replay=NoMemory())
        except Refused:
            return False
        missed = [item for item in schedule.items if item.start_before <= now]
        return self._on_schedule(schedule.model_copy(update={"items": missed}), False)

    async def still_valid(self) -> set[str]:
        """The kept words of stations that would be believed if they came now: after a revocation.

        By the names of their documents; what is spoken at the box has one too, in memory.
        """
        documents = await asyncio.to_thread(self.journal.documents) | self.desk.spoken_here()
        return {
            name
            for name, text in documents.items()
            if name.startswith(OF_STATIONS)
            and await self._judge(None, text, memory=NoMemory()) is not None
        }
