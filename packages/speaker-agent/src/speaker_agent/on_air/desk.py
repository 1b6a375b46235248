"""All that one box has on air: takeovers with their streams, and alerts. Kept across restarts."""

import asyncio
import json
import logging
import math
from collections.abc import Callable

from speaker_link.envelope import Message
from speaker_link.kinds import Kind, Priority
from speaker_link.messages import Alert, Assignment, CutReason, Live, Takeover
from speaker_link.trust import OpenStream

from speaker_agent.host import Host
from speaker_agent.journal import BoxJournal
from speaker_agent.on_air.alerts import AlertBook
from speaker_agent.on_air.streams import (
    KEY_PREFIX,
    LiveStream,
    StreamProgress,
    heard_of,
    key_of_stream,
)
from speaker_agent.playing.playback import Playback
from speaker_agent.playing.rules import LiveSound
from speaker_agent.playing.schedules import ScheduleBook
from speaker_agent.reports import Reporter
from speaker_agent.timing import Clock

log = logging.getLogger(__name__)

TAKEOVER_PREFIX = "takeover/"
ALERT_PREFIX = "alert/"
STREAM_PREFIX = "stream/"
REPLACED = "replaced-alerts"
KEEP_SECONDS = 5.0
# As long as the oldest alert that could still be brought back.
REPLACED_SECONDS = 8 * 24 * 3600.0
# No box is asked to follow more at once; the oldest gives way.
MAX_TAKEOVERS = 16


class Desk:
    """Told by the inbox what is believed, asked by the conductor what there is to play."""

    def __init__(
        self,
        *,
        host: Host,
        book: ScheduleBook,
        clock: Clock,
        rate: int,
        journal: BoxJournal,
        reporter: Reporter,
        assignment: Callable[[], Assignment | None],
    ) -> None:
        self.host = host
        self.clock = clock
        self.rate = rate
        self.journal = journal
        self.reporter = reporter
        self.alerts = AlertBook(book)
        self.is_recalled = False
        """Has what was kept been taken up? Before, nothing of it is over."""
        self.on_change: Callable[[], None] = lambda: None
        self.on_listed: Callable[[], None] = lambda: None
        self.cut: Callable[[str, CutReason], bool] = lambda _key, _reason: False
        self._assignment = assignment
        self._takeovers: dict[tuple[str, str], Message[Takeover]] = {}
        self._streams: dict[str, LiveStream] = {}
        self._spoken_here: dict[tuple[str, str], str] = {}
        self._kept_at: dict[str, float] = {}
        documents = journal.documents()
        self.alerts.replaced = {
            (station, alert): start
            for station, alert, start in json.loads(documents.get(REPLACED, "[]"))
        }
        self._unfinished = {
            name.removeprefix(STREAM_PREFIX): StreamProgress.from_json(json.loads(body))
            for name, body in documents.items()
            if name.startswith(STREAM_PREFIX)
        }

    # What was found good

    def streams(self) -> tuple[OpenStream, ...]:
        """Whose segments may sound now."""
        return tuple(
            OpenStream.of(
                message.body, areas=message.areas or (), priority=Priority(message.priority)
            )
            for message in self._takeovers.values()
        )

    async def take_takeover(self, message: Message[Takeover], text: str | None) -> None:
        """A station is taken over, goes on in another stream, or is given back."""
        body = message.body
        name = (body.station, body.takeover)
        known = self._takeovers.get(name)
        if known is not None and known.body == body:
            return
        kept = f"{TAKEOVER_PREFIX}{body.station}/{body.takeover}"
        is_past = self.clock.is_trusted and body.until.timestamp() <= self.clock.now()
        if body.ended or is_past:
            self._takeovers.pop(name, None)
            self.journal.drop(kept)
        else:
            self._takeovers[name] = message
            self._open(message)
            if text is not None:
                await asyncio.wrap_future(self.journal.keep(kept, text))
            while len(self._takeovers) > MAX_TAKEOVERS:
                oldest = min(self._takeovers, key=lambda one: self._takeovers[one].body.start)
                del self._takeovers[oldest]
        await self._close_what_is_over()
        self.on_change()

    async def speak_here(self, message: Message[Takeover], text: str) -> LiveStream | None:
        """A takeover whose microphone is at this box. It does not outlive the program."""
        body = message.body
        self._spoken_here[body.station, body.takeover] = text
        await self.take_takeover(message, None)
        stream = self._streams.get(key_of_stream(body.station, body.takeover, body.stream))
        if stream is not None:
            stream.is_spoken_here = True
        return stream

    def spoken_here(self) -> dict[str, str]:
        """The signed texts of what is spoken here, as they would be named in the journal."""
        return {
            f"{TAKEOVER_PREFIX}{station}/{takeover}": text
            for (station, takeover), text in self._spoken_here.items()
        }

    async def end_here(self, stream: LiveStream) -> None:
        """Whoever spoke here has finished, or is gone."""
        self._takeovers.pop((stream.station, stream.takeover), None)
        await self._close_what_is_over()
        self.on_change()

    def _open(self, message: Message[Takeover]) -> None:
        body, priority = message.body, Priority(message.priority)
        key = key_of_stream(body.station, body.takeover, body.stream)
        existing = self._streams.get(key)
        if existing is not None:
            existing.priority, existing.start = priority, body.start.timestamp()
            return
        progress = self._unfinished.pop(key, None) or StreamProgress(body.start.timestamp())
        names = (body.station, body.takeover, body.stream)
        self._streams[key] = LiveStream(
            *names, priority=priority, clock=self.clock, progress=progress
        )

    def take_segment(self, segment: Live) -> None:
        """A segment that belongs to a stream of ours."""
        key = key_of_stream(segment.station, segment.takeover, segment.stream)
        stream = self._streams.get(key)
        now = self.clock.now()
        if stream is None or segment.start.timestamp() + segment.duration_ms / 1000 <= now:
            return
        chunk = self.host.live_decoders.decode(segment, self.rate)
        if chunk is None or not len(chunk.pcm):
            return
        stream.add(chunk, now=now)
        self.on_change()

    async def take_alert(
        self, message: Message[Alert], text: str | None, *, without_time: bool
    ) -> None:
        """Something that everybody must hear now, or need not hear any more."""
        body = message.body
        is_new = self.alerts.take(
            body,
            list(message.areas or ()),
            counter=self.clock.monotonic(),
            without_time=without_time,
        )
        if not is_new:
            return
        # Heard first, written down meanwhile: the memory of its version is on the disk already.
        self.on_change()
        if text is not None:
            self.journal.keep(f"{ALERT_PREFIX}{body.station}/{body.alert}", text)
        if body.references:
            now = self.clock.now()
            lasting = {
                name: start
                for name, start in self.alerts.replaced.items()
                if start > now - REPLACED_SECONDS
            }
            self.alerts.replaced = lasting
            kept = [(*name, start) for name, start in lasting.items()]
            self.journal.keep(REPLACED, json.dumps(kept))

    async def distrust(self, still_valid: set[str]) -> None:
        """A key was revoked, or the box moved: forget what is not in these documents."""
        for station, takeover in list(self._takeovers):
            if f"{TAKEOVER_PREFIX}{station}/{takeover}" not in still_valid:
                del self._takeovers[station, takeover]
                self.journal.drop(f"{TAKEOVER_PREFIX}{station}/{takeover}")
        for station, alert in list(self.alerts.alerts):
            if f"{ALERT_PREFIX}{station}/{alert}" not in still_valid:
                self.alerts.withdraw((station, alert))
                self.journal.drop(f"{ALERT_PREFIX}{station}/{alert}")
        await self._close_what_is_over()
        self.on_change()

    async def reassign(self, assignment: Assignment) -> None:
        """The box follows other stations now, or stands elsewhere."""
        for station, alert in self.alerts.reassign(assignment):
            self.journal.drop(f"{ALERT_PREFIX}{station}/{alert}")
        for name, message in list(self._takeovers.items()):
            is_ours = not set(message.areas or ()).isdisjoint(assignment.areas)
            if name[0] not in assignment.stations or not is_ours:
                del self._takeovers[name]
                self.journal.drop(f"{TAKEOVER_PREFIX}{name[0]}/{name[1]}")
        await self._close_what_is_over()

    # What there is to play

    async def refresh(self) -> float:
        """Close what is over, list what is due; when to look again."""
        now = self.clock.now()
        again = math.inf
        assignment = self._assignment()
        if assignment is not None:
            known = self.alerts.listed()
            again = self.alerts.refresh(
                assignment,
                now=now,
                counter=self.clock.monotonic(),
                is_trusted=self.clock.is_trusted,
            )
            if self.alerts.listed() - known:
                self.on_listed()
        for name, message in list(self._takeovers.items()):
            until = message.body.until.timestamp()
            if until <= now and self.clock.is_trusted:
                del self._takeovers[name]
                self.journal.drop(f"{TAKEOVER_PREFIX}{name[0]}/{name[1]}")
            else:
                again = min(again, until)
        await self._close_what_is_over()
        return again

    def sounds(self) -> list[LiveSound]:
        """The streams on air, for the rules."""
        now = self.clock.now()
        return [stream.sound(now) for stream in self._streams.values() if stream.is_on_air]

    def stream(self, key: str) -> LiveStream | None:
        """A stream by its key."""
        return self._streams.get(key)

    def silence(self, item_id: str) -> bool:
        """An operator does not want this stream on this box. Is there such a stream?"""
        found = [stream for stream in self._streams.values() if stream.item_id == item_id]
        for stream in found:
            stream.is_silenced = True
            self.cut(stream.key, CutReason.STOPPED)
        return bool(found)

    async def _close_what_is_over(self) -> None:
        on_air = {key_of_stream(one.station, one.takeover, one.stream) for one in self.streams()}
        self._spoken_here = {
            name: text for name, text in self._spoken_here.items() if name in self._takeovers
        }
        for key, stream in list(self._streams.items()):
            if key in on_air or not stream.is_on_air:
                continue
            stream.is_on_air = False
            if not self.cut(key, CutReason.STOPPED):
                await self._report(stream)
        for key, progress in list(self._unfinished.items()):
            # On air when the program ended, and over since.
            if self.is_recalled and key not in on_air:
                del self._unfinished[key]
                await self._report(_over(key, progress, self.clock))

    # How it came out

    async def ended(self, playback: Playback, reason: CutReason | None) -> None:
        """A playback of a stream ended: for a while, or for good."""
        stream = self._streams.get(playback.key)
        if stream is None:
            return
        if reason is CutReason.STOPPED:
            stream.is_silenced = True
        # What stops because it is over was not cut off.
        stream.note(playback, reason if stream.is_on_air else None)
        if stream.is_on_air:
            self._keep(stream)
        else:
            await self._report(stream)

    def note_progress(self, playback: Playback) -> None:
        """A stream sounds: write down now and then how far it came."""
        stream = self._streams.get(playback.key)
        now = self.clock.monotonic()
        if stream is None or now - self._kept_at.get(playback.key, -math.inf) < KEEP_SECONDS:
            return
        self._kept_at[playback.key] = now
        if stream.progress.started_at is None and playback.first_heard_at is not None:
            stream.progress.started_at = self.clock.server_at(playback.first_heard_at)
        self._keep(stream, playing=playback)

    def _keep(self, stream: LiveStream, *, playing: Playback | None = None) -> None:
        kept = stream.progress.to_json()
        if playing is not None:
            kept["played"] += heard_of(playing)
        self.journal.keep(STREAM_PREFIX + stream.key, json.dumps(kept))

    async def _report(self, stream: LiveStream) -> None:
        self._streams.pop(stream.key, None)
        self._kept_at.pop(stream.key, None)
        body = stream.report(over_at=self.clock.now())
        dropped = self.journal.drop_write(STREAM_PREFIX + stream.key)
        if body is not None:
            await self.reporter.send(Kind.PLAY_REPORT, body, also=(dropped,))
        else:
            self.journal.journal.write(dropped)


def _over(key: str, progress: StreamProgress, clock: Clock) -> LiveStream:
    """A stream of which only its progress is left."""
    station, item_id = key.removeprefix(KEY_PREFIX).split("/")
    names = (station, *item_id.split(".", 1))
    return LiveStream(*names, priority=Priority.ROUTINE, clock=clock, progress=progress)
