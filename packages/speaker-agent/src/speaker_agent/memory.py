"""What was obeyed before, so that nothing is obeyed twice and no state goes back."""

import json
from concurrent.futures import Future
from datetime import datetime

from speaker_agent.journal import BoxJournal

VERSIONS = "versions"


class ReplayMemory:
    """Knows in memory at once; `settled` resolves when the disk knows too.

    The box waits for `settled` before it acts on a message: what it has done, it remembers.
    """

    def __init__(self, journal: BoxJournal) -> None:
        self._journal = journal
        self._ids = journal.seen()
        self._versions: dict[str, tuple[int, str]] = {
            stream: (int(version), str(digest))
            for stream, (version, digest) in json.loads(
                journal.documents().get(VERSIONS, "{}")
            ).items()
        }
        self.settled: Future[bool] = Future()
        self.settled.set_result(True)

    def claim(self, message_id: str, *, until: datetime) -> bool:
        """Remember an event until it has expired; False when it is known already."""
        if message_id in self._ids:
            return False
        self._ids[message_id] = until.timestamp()
        self.settled = self._journal.remember(message_id, forget_at=until.timestamp())
        return True

    def advance(self, stream: str, *, version: int, digest: str) -> bool:
        """Remember a stream's newest version; False for an older one or a changed same one."""
        known = self._versions.get(stream)
        if known == (version, digest):
            return True
        if known is not None and version <= known[0]:
            return False
        self._versions[stream] = (version, digest)
        self.settled = self._journal.keep(VERSIONS, json.dumps(self._versions))
        return True

    def forget_expired(self, now: float) -> None:
        """Drop what has expired anyway."""
        self._ids = {name: until for name, until in self._ids.items() if until > now}
        self._journal.forget_seen(now)


class NoMemory:
    """For messages read again from our own disk: they were judged when they came."""

    def claim(self, message_id: str, *, until: datetime) -> bool:  # noqa: ARG002
        """Everything is new."""
        return True

    def advance(self, stream: str, *, version: int, digest: str) -> bool:  # noqa: ARG002
        """Everything is newer."""
        return True
