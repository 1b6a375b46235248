"""Sees to it that the sound of every coming item is on the box before its instant."""

import asyncio
import contextlib
import json
from collections.abc import Callable

from speaker_link.kinds import Kind
from speaker_link.messages import Held, Prefetch

from speaker_agent.host import Host
from speaker_agent.journal import BoxJournal
from speaker_agent.playing.progress import Entry
from speaker_agent.playing.schedules import ScheduleBook
from speaker_agent.reports import Reporter

STATUS_LIMIT = 500
HELD_AHEAD = "held-ahead"


class Holder:
    """One task for each sound that is missing; they end with their item."""

    def __init__(
        self,
        *,
        host: Host,
        book: ScheduleBook,
        journal: BoxJournal,
        reporter: Reporter,
        gateway_url: Callable[[], str],
        on_held: Callable[[], None],
    ) -> None:
        self.host = host
        self.book = book
        self.journal = journal
        self.reporter = reporter
        self._gateway_url = gateway_url
        self._on_held = on_held
        self._fetching: dict[str, tuple[str, asyncio.Task[None]]] = {}
        self._ahead: dict[str, asyncio.Task[None]] = {}
        self._held_ahead: set[str] = set(json.loads(journal.documents().get(HELD_AHEAD, "[]")))

    def look(self) -> None:
        """The schedule changed: fetch what is missing, stop fetching what is not wanted."""
        wanted = {
            key: entry
            for key, entry in self.book.entries.items()
            if not entry.is_done
            and not entry.is_withdrawn
            and not entry.is_held
            and (entry.is_listed or entry.has_begun)
        }
        for key, (sha256, task) in list(self._fetching.items()):
            entry = wanted.get(key)
            if entry is None or entry.edition.sha256 != sha256:
                task.cancel()
                self._fetching.pop(key, None)
        for key, entry in wanted.items():
            if key not in self._fetching:
                task = asyncio.create_task(self._hold(entry))
                self._fetching[key] = (entry.edition.sha256, task)
        self._look_ahead()

    def _look_ahead(self) -> None:
        """Sounds that no item names yet: an alert that waits for its second signature."""
        wanted = {one.sha256: one for one in self.book.prefetched()}
        self._held_ahead &= wanted.keys()
        for sha256 in self._ahead.keys() - wanted.keys():
            self._ahead.pop(sha256).cancel()
        for sha256 in wanted.keys() - self._ahead.keys() - self._held_ahead:
            self._ahead[sha256] = asyncio.create_task(self._hold_ahead(wanted[sha256]))

    async def _hold_ahead(self, sound: Prefetch) -> None:
        await self._fetch(sound.sha256, sound.bytes)
        self._ahead.pop(sound.sha256, None)
        self._held_ahead.add(sound.sha256)
        self.journal.keep(HELD_AHEAD, json.dumps(sorted(self._held_ahead)))
        await self.reporter.send(Kind.HELD, Held(item_id=sound.sha256, sha256=sound.sha256))

    async def _fetch(self, sha256: str, size: int) -> None:
        url = f"{self._gateway_url()}/speaker/1/sound/{sha256}"
        await self.host.fetcher.hold(url, sha256, size)

    async def _hold(self, entry: Entry) -> None:
        edition = entry.edition
        await self._fetch(edition.sha256, edition.bytes)
        entry.is_held = True
        entry.is_bad_sound = False
        self._fetching.pop(entry.key, None)
        # Wakes the player first: the report may wait, an instant may not.
        self._on_held()
        if entry.progress.held != edition.sha256:
            entry.progress.held = edition.sha256
            kept = self.journal.play_write(
                entry.key, entry.progress.to_json(), forget_at=entry.start_before + 9 * 24 * 3600.0
            )
            held = Held(item_id=entry.item.id, sha256=edition.sha256)
            await self.reporter.send(Kind.HELD, held, also=(kept,))

    @property
    def missing(self) -> int:
        """How many items to come lack their sound."""
        return len(self._fetching)

    def held_items(self) -> list[str]:
        """Items whose sound is here."""
        return [
            entry.item.id
            for entry in self.book.entries.values()
            if entry.is_held and not entry.is_done and entry.is_listed
        ][:STATUS_LIMIT]

    def close(self) -> None:
        """Stop fetching."""
        for task in [*(task for _, task in self._fetching.values()), *self._ahead.values()]:
            with contextlib.suppress(RuntimeError):
                task.cancel()
        self._fetching.clear()
        self._ahead.clear()
