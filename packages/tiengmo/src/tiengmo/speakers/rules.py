"""Pure rules of the speakers."""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timedelta

from speaker_link.enrolment import ALPHABET
from speaker_link.messages import QuietHours

# A box that is gone is seen to be gone within 30 s, with a will or without. The will: keepalive of
# 20 s at most, times one and a half. Without one (the broker died too, or the program hangs while
# its line stands): two statuses are at most 20 s apart, so one may come 7 s late; with the round
# that looks for it that makes 29 s.
STATUS_SECONDS = 20
SILENT_AFTER = timedelta(seconds=27)
LOOK_FOR_SILENT_SECONDS = 2
# Without a heartbeat for this long, nobody is listening to the boxes.
GATEWAY_SILENT_AFTER = timedelta(seconds=15)
CODE_LIFE = timedelta(days=7)
HORIZON = timedelta(hours=48)
SERIAL_LENGTH = 8
_HOURS = re.compile(r"\s*(\d\d:\d\d)\s*-\s*(\d\d:\d\d)\s*")


def new_serial() -> str:
    """A name for a box that can be read out on the telephone and stands in topics."""
    return "loa-" + "".join(secrets.choice(ALPHABET) for _ in range(SERIAL_LENGTH)).lower()


def next_version(current: int, now: datetime) -> int:
    """A version above the last one, and above any that a lost database may have given out.

    Boxes refuse versions below the newest they know, so a restored backup must not go back.
    """
    return max(current + 1, int(now.timestamp() * 1000))


def parse_quiet_hours(text: str) -> list[dict[str, str]]:
    """Read "22:00-05:00, 11:30-13:00" as a box's quiet hours in local time; nothing is none.

    Raises ValueError with the part that cannot be read.
    """
    found = []
    for part in filter(str.strip, text.split(",")):
        match = _HOURS.fullmatch(part)
        if match is None:
            raise ValueError(part)
        QuietHours(starts=match[1], ends=match[2], utc_offset="+00:00")
        found.append({"start": match[1], "end": match[2]})
    return found


def quiet_hours_on_wire(hours: list[dict[str, str]], local_now: datetime) -> list[QuietHours]:
    """Spell out the locality's offset from UTC, so that a box needs no table of time zones."""
    text = utc_offset(local_now)
    return [
        QuietHours(starts=entry["start"], ends=entry["end"], utc_offset=text) for entry in hours
    ]


def is_quiet(hours: list[dict[str, str]], local_now: datetime) -> bool:
    """Does this instant lie in a box's quiet hours?"""
    return any(one.covers(local_now) for one in quiet_hours_on_wire(hours, local_now))


def utc_offset(local_now: datetime) -> str:
    """The locality's offset from UTC as the wire writes it: +07:00."""
    minutes = int((local_now.utcoffset() or timedelta()).total_seconds() // 60)
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def households_in_range(households: int) -> tuple[int, int]:
    """An interval for a cluster nobody has surveyed: from half the village to all of it."""
    return households // 2, households
