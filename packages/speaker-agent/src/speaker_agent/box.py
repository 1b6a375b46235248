"""One loudspeaker box: its line, its clock, its schedule, its sound. Many fit in one process."""

import asyncio
import contextlib
import json
import logging
import random
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from speaker_link import topics
from speaker_link.boxes import sign_will
from speaker_link.messages import Assignment, CutReason, Schedule, Status
from speaker_link.trust import Trust

from speaker_agent import VERSION
from speaker_agent.boards.showing import board_of
from speaker_agent.boards.wording import BoardSettings
from speaker_agent.connection import Line, Retired, Traffic, keep_connected
from speaker_agent.host import Host
from speaker_agent.inbox import Inbox
from speaker_agent.journal import BoxJournal
from speaker_agent.maintenance.condition import condition_of
from speaker_agent.maintenance.updates.install import Installer
from speaker_agent.maintenance.volume import follow_volume_hours, volume_on_assignment
from speaker_agent.obeying import distrust, obey
from speaker_agent.on_air.desk import Desk
from speaker_agent.outputs import Output, open_output
from speaker_agent.playing.conductor import Conductor
from speaker_agent.playing.limits import SESSIONS, Sessions
from speaker_agent.playing.player import Player
from speaker_agent.playing.progress import Progress
from speaker_agent.playing.rules import Circumstances
from speaker_agent.playing.schedules import ScheduleBook
from speaker_agent.reports import Pen, Reporter
from speaker_agent.sound.holding import Holder
from speaker_agent.state import StateDir
from speaker_agent.timing import Clock, Sources
from speaker_agent.timing.once_known import OnceKnown
from speaker_agent.timing.timekeeper import CLOCK, Timekeeper

log = logging.getLogger(__name__)

# With the gap below two are never more than 20 s apart: a server counts on it.
STATUS_SECONDS = 18.0
# Changes that come together are told together, behind the reports that people wait for.
STATUS_GAP_SECONDS = 1.0
VOLUME = "volume"


class Box:
    """Built inside a running event loop, then `run()`."""

    def __init__(
        self,
        state: StateDir,
        host: Host,
        *,
        output: str = "null",
        device: str = "default",
        amplifier: str = "none",
        feed: str = "",
        board: BoardSettings | None = None,
        status_seconds: float = STATUS_SECONDS,
        sources: Sources | None = None,
        on_status: Callable[[Status], None] | None = None,
    ) -> None:
        self.state = state
        self.host = host
        self.config, key = state.load()
        self.serial = self.config.serial
        self.clock = Clock(sources)
        self.output: Output = open_output(
            output,
            folder=state.heard,
            clock=self.clock,
            device=device,
            amplifier=amplifier,
            feed=feed,
        )
        self.player = Player(self.output, self.clock)
        self.journal = BoxJournal(host.journal, self.serial)
        self.pen = Pen(self.serial, key, self.clock, self.journal)
        self.reporter = Reporter(self.pen, self.journal)
        self.timekeeper = Timekeeper(self.clock, self.pen, self.journal)
        self.book = ScheduleBook(
            {name: Progress.from_json(kept) for name, kept in self.journal.plays().items()}
        )
        self.volume = 0
        self.volume_slot = ""
        self.traffic = Traffic()
        self.installer = Installer(self)
        self.began_at = self.clock.monotonic()
        self.is_retired = False
        self._beside: set[asyncio.Task[None]] = set()
        self.sessions = Sessions.from_json(self.journal.documents().get(SESSIONS, "[]"))
        self.desk = Desk(
            host=host,
            book=self.book,
            clock=self.clock,
            rate=self.output.rate,
            journal=self.journal,
            reporter=self.reporter,
            assignment=lambda: self.assignment,
        )
        self.inbox = Inbox(
            serial=self.serial,
            trust=Trust.in_root(self.config.root_key),
            clock=self.clock,
            journal=self.journal,
            reporter=self.reporter,
            timekeeper=self.timekeeper,
            desk=self.desk,
            on_assignment=self._on_assignment,
            on_schedule=self._on_schedule,
            on_command=lambda message, text: obey(self, message, text),
            on_distrust=lambda: distrust(self),
        )
        self.board = self.inbox.board = board_of(self, board or BoardSettings())
        self.conductor = Conductor(
            host=host,
            book=self.book,
            player=self.player,
            clock=self.clock,
            journal=self.journal,
            reporter=self.reporter,
            circumstances=self._circumstances,
            desk=self.desk,
            sessions=self.sessions,
            on_change=self._on_play_change,
        )
        self.desk.on_change = self.conductor.look
        self.desk.cut = self.conductor.cut
        self.holder = Holder(
            host=host,
            book=self.book,
            journal=self.journal,
            reporter=self.reporter,
            gateway_url=lambda: self.gateway_url,
            on_held=self._on_held,
        )
        self.desk.on_listed = self.holder.look
        self._status_seconds = status_seconds
        self._on_status = on_status
        self._status_due = asyncio.Event()
        self._line: Line | None = None
        self._followed: list[str] = []
        self.distrust_is_due = False
        self._once_known = OnceKnown(self.clock, self._take_up_what_waited)
        host.register(self.book.sounds)
        host.pacer.add(self.player)

    @property
    def assignment(self) -> Assignment | None:
        """Where the box stands and what it obeys."""
        return self.inbox.assignment

    @property
    def gateway_url(self) -> str:
        """Where sound is fetched."""
        url = self.assignment.gateway_url if self.assignment else self.config.gateway_url
        return url.rstrip("/")

    @property
    def is_online(self) -> bool:
        """Is there a line to the broker?"""
        return self._line is not None

    async def run(self) -> None:
        """Until cancelled, or until the box is retired."""
        try:
            await self.inbox.recall()
            await self._on_time_known()
            await self.pen.begin_session()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self.conductor.run())
                tasks.create_task(self._keep_house())
                tasks.create_task(follow_volume_hours(self))
                tasks.create_task(self.installer.settle())
                if self.board is not None:
                    tasks.create_task(self.board.run())
                tasks.create_task(
                    keep_connected(
                        self.config.broker,
                        self.serial,
                        traffic=self.traffic,
                        make_will=self._make_will,
                        talk=self._talk,
                    )
                )
        except* Retired:
            log.info("%s is retired", self.serial)
        finally:
            self._leave()

    def _leave(self) -> None:
        self._once_known.close()
        for task in self._beside:
            task.cancel()
        self.installer.close()
        self.holder.close()
        self.host.pacer.remove(self.player)
        if not self.is_retired:
            self.journal.keep(CLOCK, json.dumps(self.clock.snapshot()))
        with contextlib.suppress(OSError):
            self.output.leave()

    async def _keep_house(self) -> None:
        while True:
            await asyncio.sleep(600 * random.uniform(0.8, 1.2))  # noqa: S311 - no secret
            await self.reporter.tell_the_rest()
            now = self.clock.now()
            if self.clock.is_trusted:
                self.inbox.memory.forget_expired(now)
                self.journal.forget_plays(now)
                await self.timekeeper.keep()
            self.host.store.forget_unscheduled(keep=self.host.scheduled_sounds())

    # The line

    async def _make_will(self) -> str:
        session = await self.pen.begin_session()
        return sign_will(
            agent_version=VERSION,
            now=self.pen.now(),
            box=self.serial,
            session=session,
            key=self.pen.key,
        )

    async def _talk(self, line: Line) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._listen(line))
            self._line = line
            try:
                await self.refresh()
                self._status_due.set()
                for work in (
                    self._tell(line),
                    self.timekeeper.run(line.ask_time, self._on_time_known),
                    self.inbox.work(),
                    self.reporter.deliver(line.report),
                ):
                    tasks.create_task(work)
                await asyncio.Future()
            except asyncio.CancelledError:
                # An orderly end sends no will: say it ourselves.
                await self._say_goodbye(line)
                raise
            finally:
                self._line = None

    async def _say_goodbye(self, line: Line) -> None:
        if self.is_retired:
            return
        status = Status(state="offline", agent_version=VERSION)
        with contextlib.suppress(Exception):
            async with asyncio.timeout(1.0):
                await line.status(self.pen.write(status))

    def _own_topics(self) -> list[str]:
        stations = self.assignment.stations if self.assignment else []
        return topics.read_by_box(self.serial, list(stations))

    async def _listen(self, line: Line) -> None:
        async for message in line.client.messages:
            payload = message.payload
            raw = payload if isinstance(payload, bytes) else str(payload or "").encode()
            self.traffic.taken += len(str(message.topic)) + len(raw)
            await self.inbox.take(str(message.topic), raw)

    async def refresh(self) -> None:
        """Have the broker send what it retains once more."""
        if self._line is not None:
            await self._line.subscribe(self._own_topics())
            await self._follow_texts(self._followed)

    async def _follow_texts(self, stations: list[str]) -> None:
        if self.board is not None and self._line is not None:
            self.board.is_let_in = await self._line.follow_texts(stations)

    # What the inbox found good

    async def _on_assignment(self, assignment: Assignment) -> None:
        kept = json.loads((await asyncio.to_thread(self.journal.documents)).get(VOLUME, "{}"))
        self.set_volume(volume_on_assignment(self, assignment, kept))
        self.book.reassign(assignment)
        followed, self._followed = self._followed, list(assignment.stations)
        if self._line is not None:
            gone = [s for s in followed if s not in assignment.stations]
            new = [s for s in assignment.stations if s not in followed]
            # The broker keeps a subscription of ours until we take it back.
            mute = [topics.text(station) for station in gone if self.board is not None]
            await self._line.unsubscribe(
                [*mute, *(t for station in gone for t in topics.of_station(station))]
            )
            await self._line.subscribe([t for station in new for t in topics.of_station(station)])
            if new:
                await self._follow_texts(new)
        await self.desk.reassign(assignment)
        if self.board is not None:
            await self.board.reassign(assignment)
        self.after_schedule()

    def _on_schedule(self, schedule: Schedule, without_time: bool) -> bool:
        if self.assignment is None:
            return False
        if not self.book.apply(
            schedule, self.assignment, now=self.clock.now(), without_time=without_time
        ):
            return False
        began_at = self.clock.server_at(self.began_at)
        self.book.blame_unknown_time(since=began_at, until=self._once_known.known_at)
        self.after_schedule()
        return True

    def after_schedule(self) -> None:
        """What there is to play changed."""
        self.holder.look()
        self.conductor.look()
        self.tell_status()

    async def _on_time_known(self) -> None:
        await self._once_known.look()
        self.conductor.look()

    async def _take_up_what_waited(self) -> None:
        await self.inbox.recall_schedules()
        await self.inbox.read_what_waited_for_time()
        if self.distrust_is_due:
            await distrust(self)
        self.tell_status()

    def _on_play_change(self) -> None:
        self.holder.look()
        self.tell_status()

    def _on_held(self) -> None:
        self.conductor.look()
        self.tell_status()

    # Sound

    def set_volume(self, percent: int) -> None:
        """How loud it is from now on. Half the slider is a quarter of the amplitude."""
        self.volume = percent
        self.player.gain = (percent / 100) ** 2

    def _circumstances(self) -> Circumstances:
        current, armed = self.player.current, self.player.armed
        limits = self.assignment.limits if self.assignment else None
        return Circumstances(
            now=self.clock.now(),
            is_time_trusted=self.clock.is_trusted,
            volume=self.volume,
            quiet_hours=self.assignment.quiet_hours if self.assignment else (),
            current=None if current is None else current.key,
            armed=None if armed is None else armed.key,
            live=self.desk.sounds(),
            limit=None if limits is None else partial(self.sessions.forbid, limits),
        )

    # Status

    def tell_status(self) -> None:
        """Something changed that the operator's board shows."""
        self._status_due.set()

    async def _tell(self, line: Line) -> None:
        is_first = True
        while True:
            with contextlib.suppress(TimeoutError):
                pause = self._status_seconds * random.uniform(0.75, 1.0)  # noqa: S311 - no secret
                async with asyncio.timeout(pause):
                    await self._status_due.wait()
            if not is_first:
                await asyncio.sleep(STATUS_GAP_SECONDS * random.uniform(0.5, 1.5))  # noqa: S311 - no secret
            is_first = False
            self._status_due.clear()
            status = self.status()
            await line.status(self.pen.write(status))
            self.installer.was_heard.set()
            if self._on_status is not None:
                self._on_status(status)
            await asyncio.to_thread(self._leave_status, status)

    def _leave_status(self, status: Status) -> None:
        with contextlib.suppress(OSError):
            self.state.status.write_text(status.model_dump_json(indent=1, exclude_none=True))

    def status(self) -> Status:
        """How the box is, now."""
        return condition_of(self)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Do this beside everything else; it ends with the box."""
        task = asyncio.create_task(work)
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)

    # The end

    async def retire(self) -> None:
        """Stop for good: say so, forget everything that lets this box in."""
        self.is_retired = True
        self.conductor.cut(None, CutReason.RETIRED)
        if self._line is not None:
            await self._line.status(self.pen.write(self.status()))
        self.state.wipe()
        await asyncio.wrap_future(self.journal.wipe())
        raise Retired
