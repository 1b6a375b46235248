"""The box looks at itself: can it sound, does it know the time, is there room and sound?"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from speaker_agent.playing.playback import Ending, Playback

if TYPE_CHECKING:
    from speaker_agent.box import Box
    from speaker_agent.outputs.base import Pcm

KEY = "self-test"
TONE_SECONDS = 1.0
SILENCE_SECONDS = 0.3
# An eighth of full scale before the volume: a quarter as loud as the test tone's peak and less.
AMPLITUDE = 0.0625
PATIENCE_SECONDS = 10.0
LOW_STORAGE_BYTES = 200 * 1024 * 1024
SOON_SECONDS = 1800.0
SERIOUS = frozenset({"device_failed", "clock_untrusted", "storage_low", "sound_missing"})


class Chime:
    """Two soft notes, or as much silence: the device cannot tell, the village can."""

    failure: str | None = None

    def __init__(self, rate: int, *, is_silent: bool) -> None:
        seconds = SILENCE_SECONDS if is_silent else TONE_SECONDS
        at = np.arange(int(rate * seconds)) / rate
        hertz = np.where(at < seconds / 2, 660.0, 880.0)
        sound = np.sin(2 * np.pi * hertz * at) * AMPLITUDE * 32767
        ramp = np.minimum(1, np.minimum(at, seconds - at) / 0.05)
        self._sound: Pcm = (sound * ramp * (0 if is_silent else 1)).astype(np.int16)
        self._at = 0

    def read(self, count: int) -> Pcm | None:
        """As of any source."""
        if self._at >= len(self._sound):
            return None
        part = self._sound[self._at : self._at + count]
        self._at += len(part)
        return part

    def close(self) -> None:
        """Nothing to let go."""


async def self_test(box: Box, *, is_silent: bool) -> list[str]:
    """What is wrong, by the names of the specification (9.5); nothing is cut off for it."""
    findings: list[str] = []
    if not box.clock.is_trusted:
        findings.append("clock_untrusted")
    if _is_storage_low(box):
        findings.append("storage_low")
    if _misses_sound(box):
        findings.append("sound_missing")
    if box.volume == 0:
        findings.append("muted")
    if box.player.current is not None or box.player.armed is not None:
        # What plays proves the device better than any test.
        findings.append("busy")
        return findings
    if not is_silent and (not box.clock.is_trusted or _is_quiet(box)):
        is_silent = True
        findings.append("quiet_hours")
    if not await _sounds(box, is_silent=is_silent):
        findings.insert(0, "device_failed")
    return findings


async def _sounds(box: Box, *, is_silent: bool) -> bool:
    loop = asyncio.get_running_loop()
    over: asyncio.Future[Ending | None] = loop.create_future()

    def tell(playback: Playback) -> None:
        if not over.done():
            over.set_result(playback.ending)

    chime = Chime(box.player.output.rate, is_silent=is_silent)

    def on_ended(ended: Playback) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: the process ends
            loop.call_soon_threadsafe(tell, ended)

    playback = Playback(KEY, chime, start_at=box.clock.monotonic() + 0.2, on_ended=on_ended)
    box.player.output.stays_off = is_silent
    box.player.arm(playback)
    box.host.pacer.add(box.player)
    box.host.pacer.wake()
    try:
        ending = await asyncio.wait_for(over, PATIENCE_SECONDS)
    except TimeoutError:
        box.player.stop(KEY)
        return False
    finally:
        box.player.output.stays_off = False
    # Cut off by an item that began meanwhile: the device plays that.
    return ending in (Ending.FINISHED, Ending.PREEMPTED)


def _is_storage_low(box: Box) -> bool:
    if box.host.fetcher.is_disk_full or box.host.journal.is_full:
        return True
    return shutil.disk_usage(box.state.folder).free < LOW_STORAGE_BYTES


def _misses_sound(box: Box) -> bool:
    soon = box.clock.now() + SOON_SECONDS
    return any(
        entry.is_listed
        and not entry.is_held
        and not entry.is_done
        and not entry.is_withdrawn
        and entry.item.start.timestamp() < soon
        for entry in box.book.entries.values()
    )


def _is_quiet(box: Box) -> bool:
    now = datetime.fromtimestamp(box.clock.now(), UTC)
    return box.assignment is not None and any(one.covers(now) for one in box.assignment.quiet_hours)
