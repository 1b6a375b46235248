"""What was obeyed before, so that nothing is obeyed twice and no state goes back."""

import json
from collections import OrderedDict
from concurrent.futures import Future
from datetime import datetime
from typing import NamedTuple

from speaker_agent.journal import BoxJournal

VERSIONS = "versions"
# Only streams of takeovers on air are asked about: more than these were never there at once.
REMEMBERED_STREAMS = 64


class _Known(NamedTuple):
    version: int
    digest: str
    until: float | None = None


class ReplayMemory:
    """Knows in memory at once; `settled` resolves when the disk knows too.

    The box waits for `settled` before it acts on a message: what it has done, it remembers.
    """

    def __init__(self, journal: BoxJournal) -> None:
        self._journal = journal
        self._ids = journal.seen()
        self._versions: dict[str, _Known] = {
            stream: _Known(*kept)
            for stream, kept in json.loads(journal.documents().get(VERSIONS, "{}")).items()
        }
        self._sequences: OrderedDict[str, int] = OrderedDict()
        self.settled: Future[bool] = Future()
        self.settled.set_result(True)

    def claim(self, message_id: str, *, until: datetime) -> bool:
        """Remember an event until it has expired; False when it is known already."""
        if message_id in self._ids:
            return False
        self._ids[message_id] = until.timestamp()
        self.settled = self._journal.remember(message_id, forget_at=until.timestamp())
        return True

    def advance(
        self, stream: str, *, version: int, digest: str, until: datetime | None = None
    ) -> bool:
        """Remember a stream's newest version; False for an older one or a changed same one."""
        known = self._versions.get(stream)
        if known is not None and (known.version, known.digest) == (version, digest):
            return True
        if known is not None and version <= known.version:
            return False
        self._versions[stream] = _Known(version, digest, until.timestamp() if until else None)
        self.settled = self._journal.keep(VERSIONS, json.dumps(self._versions))
        return True

    def knows(self, stream: str, *, version: int) -> bool:
        """Was this version, or a newer one, ever accepted?"""
        known = self._versions.get(stream)
        return known is not None and known.version >= version

    def follow(self, stream: str, *, sequence: int) -> bool:
        """Remember how far a live stream came; False for a segment that it is beyond."""
        if sequence <= self._sequences.get(stream, -1):
            return False
        self._sequences[stream] = sequence
        self._sequences.move_to_end(stream)
        if len(self._sequences) > REMEMBERED_STREAMS:
            self._sequences.popitem(last=False)
        return True

    def forget_expired(self, now: float) -> None:
        """Drop what has expired anyway."""
        self._ids = {name: until for name, until in self._ids.items() if until > now}
        old = [s for s, known in self._versions.items() if known.until and known.until <= now]
        for stream in old:
            del self._versions[stream]
        if old:
            self._journal.keep(VERSIONS, json.dumps(self._versions))
        self._journal.forget_seen(now)


class NoMemory:
    """For messages read again from our own disk: they were judged when they came."""

    def claim(self, message_id: str, *, until: datetime) -> bool:  # noqa: ARG002
        """Everything is new."""
        return True

    def advance(
        self,
        stream: str,  # noqa: ARG002
        *,
        version: int,  # noqa: ARG002
        digest: str,  # noqa: ARG002
        until: datetime | None = None,  # noqa: ARG002
    ) -> bool:
        """Everything is newer."""
        return True

    def follow(self, stream: str, *, sequence: int) -> bool:  # noqa: ARG002
        """Everything is further on."""
        return True
