"""How loud the box is at an hour of the day."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from speaker_link.messages import Assignment, VolumeHours

    from speaker_agent.box import Box

LOOK_SECONDS = 5.0


def entry_at(assignment: Assignment, now: float, *, is_time_trusted: bool) -> VolumeHours | None:
    """The entry of the volume profile that covers this instant.

    A box that does not know the time knows no hours either: its own volume counts.
    """
    if not is_time_trusted:
        return None
    instant = datetime.fromtimestamp(now, UTC)
    return next((one for one in assignment.volume_hours if one.covers(instant)), None)


def slot_name(entry: VolumeHours | None) -> str:
    """What an operator's own setting is bound to: it ends where the profile says something new."""
    return "" if entry is None else f"{entry.starts}-{entry.ends}"


def volume_on_assignment(box: Box, assignment: Assignment, kept: dict[str, Any]) -> int:
    """How loud a new assignment makes the box; what an operator set under it stays set."""
    entry = _entry_now(box, assignment)
    box.volume_slot = slot_name(entry)
    if (kept.get("assignment_version"), kept.get("slot", "")) == (
        assignment.version,
        box.volume_slot,
    ):
        return int(kept["volume"])
    return assignment.volume if entry is None else entry.volume


async def follow_volume_hours(box: Box) -> None:
    """Change the volume where the profile says something new, for as long as the box runs."""
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        assignment = box.assignment
        if assignment is None:
            continue
        entry = _entry_now(box, assignment)
        if slot_name(entry) != box.volume_slot:
            box.volume_slot = slot_name(entry)
            box.set_volume(assignment.volume if entry is None else entry.volume)
            box.conductor.look()
            box.tell_status()


def _entry_now(box: Box, assignment: Assignment) -> VolumeHours | None:
    return entry_at(assignment, box.clock.now(), is_time_trusted=box.clock.is_trusted)
