"""The key of an entry: 27 bits of minutes, 18 of shelf, 18 that tell apart.

Both databases give matches in the order of this key, so the newest come first without a sort, and
a key alone says its year and its shelf: facets are counted without reading a single row.
"""

from __future__ import annotations

import zlib
from datetime import UTC, datetime, timedelta

from django.utils import timezone

SHELF_BITS = 18
TELL_APART_BITS = 18
MINUTE_BITS = 27
SHELVES = 1 << SHELF_BITS
MINUTE_SHIFT = SHELF_BITS + TELL_APART_BITS
# What has no date stands always, and before everything dated.
STANDING = (1 << MINUTE_BITS) - 1
_BEGIN = datetime(1900, 1, 1, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)


def minutes_of(date: datetime | None) -> int:
    if date is None:
        return STANDING
    return max(0, min((date - _BEGIN) // _MINUTE, STANDING - 1))


def key_of(ref: str, date: datetime | None, shelf: int) -> int:
    """Compose a key; `next_key` gives the one to take when it is taken."""
    told_apart = zlib.crc32(ref.encode()) & ((1 << TELL_APART_BITS) - 1)
    return minutes_of(date) << MINUTE_SHIFT | shelf << TELL_APART_BITS | told_apart


def next_key(key: int) -> int:
    mask = (1 << TELL_APART_BITS) - 1
    return key & ~mask | ((key + 1) & mask)


def year_begins(year: int) -> int:
    """Give the smallest key of a year of the locality's calendar."""
    begin = datetime(year, 1, 1, tzinfo=timezone.get_default_timezone())
    return minutes_of(begin) << MINUTE_SHIFT


def year_of(date: datetime | None) -> int | None:
    return None if date is None else date.astimezone(timezone.get_default_timezone()).year
