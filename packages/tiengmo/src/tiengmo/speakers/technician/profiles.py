"""Which volume profile a box follows: its own, or the nearest unit's above it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from speaker_link.messages import VolumeHours

from tiengmo.people.queries import line_of
from tiengmo.speakers.models import VolumeProfile
from tiengmo.speakers.rules import utc_offset

if TYPE_CHECKING:
    from datetime import datetime

    from tiengmo.speakers.models import Box

_LINE = re.compile(
    r"\s*([01]\d|2[0-3]):([0-5]\d)\s*[-–]\s*([01]\d|2[0-3]):([0-5]\d)\s+(\d{1,3})\s*%?\s*"
)
MAX_ENTRIES = 24
FULL = 100
DAY_MINUTES = 24 * 60

Hours = list[dict[str, str | int]]


def profile_of(box: Box) -> VolumeProfile | None:
    """The profile that counts for this box, or None where its own volume always does."""
    own = VolumeProfile.objects.filter(box=box).first()
    if own is not None:
        return own
    line = line_of(box.village.unit)
    found = {profile.unit_id: profile for profile in VolumeProfile.objects.filter(unit__in=line)}
    return next((found[unit.pk] for unit in line if unit.pk in found), None)


def hours_on_wire(box: Box, local_now: datetime) -> list[VolumeHours]:
    """The box's profile as its assignment carries it, never above its own limit."""
    profile = profile_of(box)
    if profile is None:
        return []
    return [
        VolumeHours(
            starts=entry["start"],
            ends=entry["end"],
            utc_offset=utc_offset(local_now),
            volume=min(int(entry["volume"]), box.max_volume),
        )
        for entry in profile.hours
    ]


def read_hours(text: str) -> Hours:
    """Read one entry a line, "05:00-06:30 40", as the form shows it.

    Raises ValueError with the line that cannot be read, that has no length or that lies in another.
    """
    found: Hours = []
    taken: set[int] = set()
    for line in filter(str.strip, text.splitlines()):
        match = _LINE.fullmatch(line)
        if match is None or int(match[5]) > FULL:
            raise ValueError(line.strip())
        starts, ends = int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4])
        length = (ends - starts) % DAY_MINUTES
        minutes = {(starts + minute) % DAY_MINUTES for minute in range(length)}
        if not minutes or minutes & taken or len(found) == MAX_ENTRIES:
            raise ValueError(line.strip())
        taken |= minutes
        found.append(
            {
                "start": f"{match[1]}:{match[2]}",
                "end": f"{match[3]}:{match[4]}",
                "volume": int(match[5]),
            }
        )
    return sorted(found, key=lambda entry: str(entry["start"]))


def write_hours(hours: Hours) -> str:
    """The text that `read_hours` reads."""
    return "\n".join(f"{one['start']}-{one['end']} {one['volume']}" for one in hours)
