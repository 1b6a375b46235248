"""What a box remembers so that nothing is obeyed twice and no state goes back."""

from datetime import datetime
from typing import Protocol


class ReplayCache(Protocol):
    """`claim` and `advance` must be on disk before the message is obeyed: a box that restarts

    still remembers.
    """

    def claim(self, message_id: str, *, until: datetime) -> bool:
        """Remember an event's id until it has expired; False when it is known already."""
        ...

    def advance(
        self, stream: str, *, version: int, digest: str, until: datetime | None = None
    ) -> bool:
        """Remember a stream's newest version; False when `version` is older than the one known,

        or is the same with another content. After `until` (none: never) it may be forgotten.
        """
        ...

    def follow(self, stream: str, *, sequence: int) -> bool:
        """Remember how far a live stream came; False when `sequence` is not beyond that.

        It need not survive a restart: a segment is worth nothing seconds after it was made.
        """
        ...


class MemoryReplayCache:
    """For tests, benches and programs that live shorter than their messages."""

    def __init__(self) -> None:
        self._ids: dict[str, datetime] = {}
        self._versions: dict[str, tuple[int, str]] = {}
        self._sequences: dict[str, int] = {}

    def claim(self, message_id: str, *, until: datetime) -> bool:
        if message_id in self._ids:
            return False
        self._ids[message_id] = until
        return True

    def forget_expired(self, now: datetime) -> None:
        self._ids = {name: until for name, until in self._ids.items() if until > now}

    def advance(
        self,
        stream: str,
        *,
        version: int,
        digest: str,
        until: datetime | None = None,  # noqa: ARG002 - these programs live shorter
    ) -> bool:
        known = self._versions.get(stream)
        if known is not None and (version, digest) != known and version <= known[0]:
            return False
        self._versions[stream] = (version, digest)
        return True

    def follow(self, stream: str, *, sequence: int) -> bool:
        if sequence <= self._sequences.get(stream, -1):
            return False
        self._sequences[stream] = sequence
        return True
