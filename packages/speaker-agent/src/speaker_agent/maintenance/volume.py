"""How loud the box is at an hour of the day."""

from datetime import UTC, datetime

from speaker_link.messages import Assignment, VolumeHours


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
