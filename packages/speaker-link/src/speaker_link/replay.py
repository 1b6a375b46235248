"""What a box remembers so that nothing is obeyed twice and no state goes back."""

from datetime import datetime
from typing import Protocol


class ReplayCache(Protocol):
    """Both calls must be on disk before they return: a box that restarts still remembers."""

    def claim(self, message_id: str, *, until: datetime) -> bool:
        """Remember an event's id until it has expired; False when it is known already."""
        ...

    def advance(self, stream: str, *, version: int, digest: str) -> bool:
        """Remember a stream's newest version; False when `version` is older than the one known,

        or is the same with another content.
        """
        ...


class MemoryReplayCache:
    """For tests, benches and programs that live shorter than their messages."""

    def __init__(self) -> None:
        self._ids: dict[str, datetime] = {}
        self._versions: dict[str, tuple[int, str]] = {}

    def claim(self, message_id: str, *, until: datetime) -> bool:
        if message_id in self._ids:
            return False
        self._ids[message_id] = until
        return True

    def forget_expired(self, now: datetime) -> None:
        self._ids = {name: until for name, until in self._ids.items() if until > now}

    def advance(self, stream: str, *, version: int, digest: str) -> bool:
        known = self._versions.get(stream)
        if known is not None and (version, digest) != known and version <= known[0]:
            return False
        self._versions[stream] = (version, digest)
        return True
