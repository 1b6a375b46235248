"""A locality on loopback: a real Mosquitto, sound over HTTP, real boxes."""

import asyncio
import contextlib
import sys
from datetime import timedelta

import pytest
from speaker_agent.box import Box
from speaker_agent.host import Host
from speaker_agent.state import StateDir

from bench.agent_peer import Peer, opus, speechlike

SOUND_SECONDS = 2.0
SOUND = speechlike(SOUND_SECONDS)
OPUS = opus(SOUND)
LONG = opus(speechlike(12.0, seed=5))


class Locality(Peer):
    """A peer with boxes in this process, or in processes of their own."""

    def __init__(self, folder):
        super().__init__(folder)
        self.boxes = []
        self.running = []
        self.host = None

    def box_folder(self, number=1):
        shared = self.folder / "shared"
        while len(self.keys) < number:
            self.make_boxes(1, shared=shared, prefix=f"BX{len(self.keys) + 1}")
        return sorted(self.folder.glob("BX*"))[number - 1]

    async def start_box(self, folder=None, *, output="null", **how):
        """A box in this process; cancelled at the end of the test."""
        if self.host is None:
            shared = self.folder / "shared"
            self.host = Host(journal=shared / "journal.sqlite3", sounds=shared / "sounds")
        box = Box(StateDir(folder or self.box_folder()), self.host, output=output, **how)
        task = asyncio.create_task(box.run())
        self.boxes.append(box)
        self.running.append(task)
        await self.until(lambda: box.is_online)
        return box

    async def stop_boxes(self):
        for task in self.running:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        self.running.clear()
        self.boxes.clear()
        if self.host is not None:
            await self.host.close()
            self.host = None

    def command(self, folder, output):
        """What starts a box as on a real board."""
        shared = str(self.folder / "shared")
        run = [sys.executable, "-m", "speaker_agent", "run", "--output", output]
        return [*run, "--state", str(folder), "--shared", shared]

    async def spawn_box(self, folder=None, *, output="wav"):
        """A box in a process of its own, as on a real board."""
        folder = folder or self.box_folder()
        return await asyncio.create_subprocess_exec(*self.command(folder, output))

    async def spawn_box_alone(self, folder, *, output="null"):
        """As on a real board: everything it has is in its own folder."""
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "speaker_agent", "run", "--output", output),
            *("--state", str(folder)),
        )

    def soon(self, seconds=4.0, *, sound=OPUS, duration=SOUND_SECONDS, window=60.0, **changes):
        at = self.now() + timedelta(seconds=seconds)
        values = {"start_before": at + timedelta(seconds=window)} | changes
        return self.item(sound, at=at, duration_ms=int(duration * 1000), **values)

    def reports_of(self, item):
        return [body for _, body in self.heard["play_report"] if body.item_id == item.id]

    async def report_of(self, item, *, seconds=90.0):
        await self.until(lambda: self.reports_of(item), seconds=seconds)
        return self.reports_of(item)[0]

    async def refusal(self, reason):
        await self.until(
            lambda: any(body.reason == reason for _, body in self.heard["refusal"]), seconds=90
        )


@pytest.fixture
def within(tmp_path):
    """Run a story in a locality of its own."""

    def run(story, *, seconds=300):
        async def main():
            locality = Locality(tmp_path)
            try:
                async with asyncio.timeout(seconds), locality.connected():
                    try:
                        return await story(locality)
                    finally:
                        await locality.stop_boxes()
            finally:
                locality.close()

        return asyncio.run(main())

    return run
