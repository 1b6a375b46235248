"""Codes, limits and the arithmetic of footfall. Pure."""

from __future__ import annotations

import hashlib
import math
import secrets
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from zoneinfo import ZoneInfo

# No 0 and O, no 1, I and L, no vowels that would make words: typed with a television's remote.
ALPHABET = "23456789BCDFGHJKMNPQRSTVWXZ"
CODE_LENGTH = 8  # 27^8 ≈ 2.8e11: a thousand tries an hour find none in a code's day
CODE_LIFE = timedelta(hours=24)

LONGEST_HEADLINE = 90  # three lines of the largest letters
LONGEST_TEXT = 220
BULLETIN_SECONDS = 15

LARGEST_VIDEO = 40 * 1024 * 1024
LONGEST_VIDEO_SECONDS, LONGEST_VIDEO_SIDE = 120, 1920

# A screen that hears nothing shows what it has for so long, each item no longer than it may.
SHOWS_ALONE_FOR = timedelta(hours=72)
# It reports every minute; two missed reports and it counts as away.
ALIVE_FOR = timedelta(seconds=150)
MOST_REPORTS_A_MINUTE = 30

# What a play may claim.
SHORTEST_MS, LONGEST_MS = 2_000, 3_600_000
CLOCK_TOLERANCE = timedelta(minutes=2)
OLDEST = timedelta(days=40)


def new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def tidy(code: str) -> str:
    """What a person typed, as it was meant: capitals, without spaces and dashes."""
    return "".join(code.upper().replace("-", " ").split())


def digest(secret: str) -> str:
    """What is kept of a code or a token. Both are random, so no salt is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()


def focus_of(given: object) -> list[float]:
    """The point that stays in view when a picture is cropped; its middle for whatever is none."""
    if (
        isinstance(given, list | tuple)
        and len(given) == 2  # noqa: PLR2004 (across and down)
        and all(isinstance(part, int | float) and 0 <= part <= 1 for part in given)
    ):
        return [float(part) for part in given]
    return [0.5, 0.5]


def position(focus: list[float]) -> str:
    """The same point as a style sheet takes it for `object-position`."""
    across, down = focus
    return f"{across:.1%} {down:.1%}"


def open_hours(opens_at: time, closes_at: time) -> float:
    """Hours of a day that a screen is on; over midnight, or all day when both are the same."""
    minutes = (closes_at.hour * 60 + closes_at.minute) - (opens_at.hour * 60 + opens_at.minute)
    return (minutes if minutes > 0 else minutes + 24 * 60) / 60


def households_passing(
    plays: Iterable[tuple[datetime, int]],
    *,
    footfall: tuple[int, int],
    hours_open: float,
    households: int,
    zone: ZoneInfo,
) -> tuple[int, int]:
    """Households of the place that were before the screen while it showed an item.

    plays: (start, milliseconds). footfall: households that come by on a day, as stated. People are
    taken to come evenly over the opening hours. Of a day, at least as many were there as come by in
    the very seconds it stood there, at most as many as come by in the hours in which it appeared.
    The same households may come every day: the least is that of the best day; at most, every day's
    are others; never more than live there. More plays never make either smaller.
    """
    lo_stated, hi_stated = footfall
    seconds: dict[object, float] = {}
    hours: dict[object, set[int]] = {}
    for started_at, duration_ms in plays:
        local = started_at.astimezone(zone)
        day = local.date()
        seconds[day] = seconds.get(day, 0.0) + duration_ms / 1000
        last = local + timedelta(milliseconds=duration_ms)
        hours.setdefault(day, set()).update({local.hour, last.hour})
    if not seconds or hours_open <= 0:
        return 0, 0
    lo = max(min(1.0, spent / (hours_open * 3600)) for spent in seconds.values()) * lo_stated
    hi = sum(min(1.0, len(seen) / hours_open) * hi_stated for seen in hours.values())
    most = min(math.ceil(hi), households)
    return min(math.floor(lo), most), most
