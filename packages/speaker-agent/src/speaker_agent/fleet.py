"""Many boxes in one process: for demonstrations, benches, and rooms with several amplifiers."""

import asyncio
import contextlib
import logging
import resource
import ssl
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from speaker_agent.boards.wording import BoardSettings
from speaker_agent.box import STATUS_SECONDS, Box
from speaker_agent.connection import tls_context
from speaker_agent.host import Host
from speaker_agent.maintenance.log_file import keeping_log
from speaker_agent.maintenance.watchdog import watch
from speaker_agent.state import StateDir

log = logging.getLogger(__name__)

FILES_A_BOX = 4
FILES_BESIDE = 200
# Connections are begun at this pace, so that a broker on a small machine keeps up.
STARTS_A_SECOND = 100


def allow_files(boxes: int) -> None:
    """Raise this process's limit of open files, as far as it may be raised."""
    wanted = boxes * FILES_A_BOX + FILES_BESIDE
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
        if limit < wanted:
            log.warning("%d boxes want %d open files, %d are allowed", boxes, wanted, limit)


class LocalAddress(NamedTuple):
    """Where the boxes of this process have pages of their own, each box one port further on."""

    address: str = "0.0.0.0"  # noqa: S104 - the people stand at the box, on its own network
    port: int = 8443


class Fleet:
    """Boxes that share a pacer, a journal, a sound store and an HTTP client."""

    def __init__(
        self,
        states: Sequence[Path],
        *,
        output: str = "null",
        shared: Path | None = None,
        device: str = "default",
        amplifier: str = "none",
        feed: str = "",
        boards: Callable[[Path], BoardSettings] | None = None,
        local_page: LocalAddress | None = None,
        status_seconds: float = STATUS_SECONDS,
        on_ready: Callable[["Fleet"], None] | None = None,
    ) -> None:
        self.local_page = local_page
        self.states = [StateDir(path) for path in states]
        self.output = output
        self.device = device
        self.amplifier = amplifier
        self.feed = feed
        self.boards = boards
        self.status_seconds = status_seconds
        self.boxes: list[Box] = []
        self.host: Host | None = None
        self._shared = shared
        self._on_ready = on_ready

    async def run(self) -> None:
        """Until cancelled, or until every box is retired."""
        allow_files(len(self.states))
        if self._shared is not None:
            journal, sounds = self._shared / "journal.sqlite3", self._shared / "sounds"
        else:
            journal, sounds = self.states[0].journal, self.states[0].sounds
        self.host = Host(journal=journal, sounds=sounds, context=self._context())
        pacer = self.host.pacer
        beside = [asyncio.create_task(watch(lambda: pacer.beat_at))]
        try:
            async with contextlib.AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
                self.host.log_file = stack.enter_context(keeping_log(journal.parent))
                for number, state in enumerate(self.states):
                    box = Box(
                        state,
                        self.host,
                        output=self.output,
                        device=self.device,
                        amplifier=self.amplifier,
                        feed=self.feed,
                        board=self.boards(state.folder) if self.boards else None,
                        status_seconds=self.status_seconds,
                    )
                    self.boxes.append(box)
                    tasks.create_task(box.run(), name=f"box {box.serial}")
                    if self.local_page is not None:
                        beside.append(asyncio.create_task(self._serve_page(box, number)))
                    if number % 10 == 9:  # noqa: PLR2004 - ten at a time
                        await asyncio.sleep(10 / STARTS_A_SECOND)
                if self._on_ready is not None:
                    self._on_ready(self)
        finally:
            for task in beside:
                task.cancel()
            # Cancelled or not, what was to be written is written.
            with contextlib.suppress(asyncio.CancelledError):
                await self.host.close()

    async def _serve_page(self, box: Box, number: int) -> None:
        from speaker_agent.local_page.serving import serve_local_page

        address, port = self.local_page or LocalAddress()
        await serve_local_page(box, address=address, port=port + number if port else 0)

    def _context(self) -> ssl.SSLContext | None:
        """For sound: the broker's authority, or one that the system knows."""
        config, _ = self.states[0].load()
        context = tls_context(config.broker)
        if context is not None and config.broker.authority:
            context.load_default_certs()
        return context


async def run_fleet(
    states: Sequence[Path],
    *,
    output: str = "null",
    shared: Path | None = None,
    device: str = "default",
    amplifier: str = "none",
    feed: str = "",
    boards: Callable[[Path], BoardSettings] | None = None,
    local_page: LocalAddress | None = None,
    status_seconds: float = STATUS_SECONDS,
    on_ready: Callable[[Fleet], None] | None = None,
) -> None:
    """Run the boxes of these folders in this process until cancelled.

    `shared` is a folder for what they have in common (journal and sounds); without it the first
    box's folder is used, which is right for a single box. Start a fleet with the same `shared`
    every time: what its boxes must not do twice is written there. `boards` says which text board
    the box of a folder has.
    """
    if not states:
        raise ValueError("a fleet without a box")
    await Fleet(
        states,
        output=output,
        shared=shared,
        device=device,
        amplifier=amplifier,
        feed=feed,
        boards=boards,
        local_page=local_page,
        status_seconds=status_seconds,
        on_ready=on_ready,
    ).run()
