"""What all boxes of one process share: one pacer, one journal, one store, few connections."""

import asyncio
import ssl
from collections.abc import Callable, Collection
from pathlib import Path

from speaker_agent.journal import Journal
from speaker_agent.on_air.decoding import LiveDecoders
from speaker_agent.playing.pacer import Pacer
from speaker_agent.sound.decoding import Decoders
from speaker_agent.sound.fetch import Fetcher, new_client
from speaker_agent.sound.store import SoundStore


class Host:
    """Made inside a running event loop; closed once, after its boxes."""

    def __init__(
        self, *, journal: Path, sounds: Path, context: ssl.SSLContext | None = None
    ) -> None:
        self.journal = Journal(journal)
        self.pacer = Pacer()
        self.decoders = Decoders()
        self.live_decoders = LiveDecoders()
        self.store = SoundStore(sounds)
        self.log_file: Path | None = None
        """What this process writes down, for whoever asks from afar."""
        self._scheduled: list[Callable[[], Collection[str]]] = []
        self._kept: list[Callable[[], Collection[str]]] = []
        self.client = new_client(context)
        self.fetcher = Fetcher(self.store, self.client, scheduled=self.scheduled_sounds)

    def register(self, scheduled: Callable[[], Collection[str]]) -> None:
        """A box joins. Ask this whenever room must be made: what it names is not deleted."""
        self._scheduled.append(scheduled)

    def keep(self, sounds: Callable[[], Collection[str]]) -> None:
        """Ask this too, although it is no box."""
        self._kept.append(sounds)

    @property
    def boxes(self) -> int:
        """How many share this process."""
        return len(self._scheduled)

    @property
    def fetched_bytes_a_box(self) -> int:
        """One box's share of what all boxes here fetched together."""
        return self.fetcher.fetched_bytes // max(1, len(self._scheduled))

    def scheduled_sounds(self) -> set[str]:
        """The hashes that any schedule of any box here still names, and what else is kept."""
        return {sha256 for sounds in self._scheduled + self._kept for sha256 in sounds()}

    async def close(self) -> None:
        """End everything; what was to be written is written."""
        await self.fetcher.close()
        await self.client.aclose()
        await asyncio.to_thread(self.pacer.close)
        self.decoders.close()
        await asyncio.to_thread(self.journal.close)
