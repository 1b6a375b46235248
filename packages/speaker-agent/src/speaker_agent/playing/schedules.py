"""The newest good schedule of each station, and what of it speaks to this box."""

import logging
from collections.abc import Iterable

from speaker_link.messages import Assignment, CutReason, Prefetch, Schedule

from speaker_agent.playing.progress import Entry, Progress, Stage, key_of

log = logging.getLogger(__name__)

KEPT_AFTER_SECONDS = 3600.0


class ScheduleBook:
    """Holds entries; knows nothing of where schedules come from or how they are played."""

    def __init__(self, progress: dict[str, Progress]) -> None:
        self.schedules: dict[str, Schedule] = {}
        self.entries: dict[str, Entry] = {}
        self._progress = progress

    def progress_of(self, key: str) -> Progress:
        """How far an item came before the program was started, if it had begun."""
        return self._progress.get(key) or Progress()

    def apply(
        self, schedule: Schedule, assignment: Assignment, *, now: float, without_time: bool = False
    ) -> bool:
        """Take in a verified, newer schedule. False when it was kept out.

        A schedule without any item and without any withdrawal says nothing: a server that came
        back empty after an outage must not silence a box that still has something to say.
        """
        if not schedule.items and not schedule.withdrawn_items:
            old = self.schedules.get(schedule.station)
            if old is not None and any(i.start_before.timestamp() > now for i in old.items):
                log.warning("%s: an empty schedule does not clear a good one", schedule.station)
                return False
        self.schedules[schedule.station] = schedule
        self._rebuild(schedule, assignment, without_time=without_time)
        return True

    def reassign(self, assignment: Assignment) -> None:
        """The box's areas, languages or stations changed."""
        for station in list(self.schedules):
            if station not in assignment.stations:
                del self.schedules[station]
                self._unlist(station, keep=())
        for schedule in self.schedules.values():
            self._rebuild(schedule, assignment, without_time=False)

    def _rebuild(self, schedule: Schedule, assignment: Assignment, *, without_time: bool) -> None:
        listed = set()
        for item in schedule.items_for(assignment.areas):
            key = key_of(schedule.station, item.id)
            edition = item.edition_for(assignment.languages)
            entry = self.entries.get(key)
            if entry is None:
                entry = Entry(schedule.station, item, edition, self.progress_of(key))
                entry.is_without_time = without_time
                self.entries[key] = entry
            elif not entry.has_begun:
                # What has begun is finished as it began.
                entry.is_held = entry.is_held and entry.edition.sha256 == edition.sha256
                entry.item, entry.edition = item, edition
            entry.is_listed = True
            entry.is_without_time = entry.is_without_time and without_time
            listed.add(key)
        self._unlist(schedule.station, keep=listed)
        for item_id in schedule.withdrawn_items:
            entry = self.entries.get(key_of(schedule.station, item_id))
            if entry is not None and not entry.is_done:
                entry.is_withdrawn = True

    def _unlist(self, station: str, *, keep: Iterable[str]) -> None:
        keep = set(keep)
        for key, entry in list(self.entries.items()):
            if entry.station == station and key not in keep and not entry.is_alert:
                entry.is_listed = False

    def blame_unknown_time(self, *, since: float, until: float) -> None:
        """What passed between these instants did so because the box did not know the time."""
        for entry in self.entries.values():
            if since < entry.start_before <= until and entry.progress.stage is Stage.WAITING:
                entry.obstacle = CutReason.UNTRUSTED_TIME

    def withdraw_station(self, station: str) -> None:
        """Nothing of this station is believed any more: what plays is stopped as well."""
        self.schedules.pop(station, None)
        for entry in self.entries.values():
            if entry.station == station and not entry.is_done and not entry.is_alert:
                entry.is_withdrawn = True
                entry.is_listed = False

    def forget(self, *, now: float) -> list[Entry]:
        """Drop what is no longer of any use; returns what was dropped before it began."""
        dropped = []
        for key, entry in list(self.entries.items()):
            waits = entry.progress.stage is Stage.WAITING
            is_gone = not entry.is_listed and not entry.is_withdrawn and waits
            is_old = entry.is_done and now > entry.start_before + KEPT_AFTER_SECONDS
            if is_gone or is_old:
                self._progress[key] = entry.progress
                del self.entries[key]
                if is_gone:
                    dropped.append(entry)
        return dropped

    def sounds(self) -> set[str]:
        """The hashes that are still needed."""
        scheduled = {
            e.edition.sha256
            for e in self.entries.values()
            if not e.is_done and (e.is_listed or e.has_begun)
        }
        return scheduled | {one.sha256 for one in self.prefetched()}

    def prefetched(self) -> list[Prefetch]:
        """Sounds to hold though no item names them yet."""
        return [one for schedule in self.schedules.values() for one in schedule.prefetch]

    def next_entry(self, now: float) -> Entry | None:
        """What is to begin next."""
        coming = [
            e
            for e in self.entries.values()
            if e.is_listed and not e.is_withdrawn and not e.is_done and e.start >= now
        ]
        return min(coming, key=lambda e: e.start, default=None)
