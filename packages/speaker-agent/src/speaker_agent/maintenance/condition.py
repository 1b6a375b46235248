"""How a box is: everything a status says."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from speaker_link.messages import StationVersion, Status

from speaker_agent import VERSION
from speaker_agent.playing.conductor import TONE_KEY

from .self_test import KEY as SELF_TEST_KEY

if TYPE_CHECKING:
    from speaker_agent.box import Box


def condition_of(box: Box) -> Status:
    """The status as it is now."""
    now = box.clock.now()
    coming = box.book.next_entry(now)
    offset = box.clock.wall_offset
    assignment = box.assignment
    return Status(
        state="retired" if box.is_retired else "online",
        agent_version=VERSION,
        output=_output(box),
        volume=box.volume,
        time_is_trusted=box.clock.is_trusted,
        clock_offset_ms=None if offset is None else round(-offset * 1000, 1),
        playing_item=box.conductor.playing_name,
        next_item=coming.item.id if coming else None,
        next_start=coming.item.start if coming else None,
        held_items=box.holder.held_items(),
        schedules=[
            StationVersion(station=s.station, version=s.version)
            for s in box.book.schedules.values()
        ][:32],
        assignment_version=assignment.version if assignment else None,
        free_bytes=max(0, shutil.disk_usage(box.state.folder).free),
        boot_id=box.clock.sources.boot_id or None,
        running_seconds=max(0, int(box.clock.monotonic() - box.began_at)),
        bytes_in=box.traffic.taken + box.host.fetched_bytes_a_box,
        bytes_out=box.traffic.given,
        missing_sounds=box.holder.missing,
        is_test_mode=assignment.is_test_mode if assignment else None,
        board=None if box.board is None else box.board.describe(),
        texts=None if box.board is None else box.board.versions(),
        last_refusal=box.reporter.last_refusal,
    )


def _output(box: Box) -> str:
    notes = [box.output.name]
    if box.player.failure:
        notes.append(f"failed: {box.player.failure}"[:200])
    if box.host.fetcher.is_disk_full or box.host.journal.is_full:
        notes.append("disk full")
    playing = box.player.current
    if playing is not None and playing.key in (TONE_KEY, SELF_TEST_KEY):
        notes.append("test tone")
    return "; ".join(notes)
