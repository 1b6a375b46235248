"""Which places a vehicle came by, from its track. Pure.

Each leg between two fixes is a straight line driven evenly; within some kilometres the earth is
flat. A leg over a gap of the receiver, or faster than any vehicle, was not driven as a line and
says nothing. Time within range is what the leg's line has inside the circle round the place.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .tracks import Segments

Table = np.ndarray[Any, np.dtype[np.float64]]
# Metres of one degree of latitude on a sphere of the earth's volume.
DEGREE_M = 6_371_008.8 * np.pi / 180
LONGEST_GAP_S = 120.0
FASTEST_MPS = 130 / 3.6


@dataclass(frozen=True)
class Passing:
    """How near to a place, how long within range, from when to when, and how fast there."""

    nearest_m: float
    seconds: float
    first_at: float
    last_at: float
    kmh: float


@dataclass(frozen=True)
class Way:
    """A track as legs: when, where from and where to (degrees)."""

    start: Table
    end: Table
    from_lat: Table
    from_lon: Table
    to_lat: Table
    to_lon: Table

    @property
    def metres(self) -> Table:
        shrink = np.cos(np.radians((self.from_lat + self.to_lat) / 2))
        metres: Table = np.hypot(
            (self.to_lat - self.from_lat) * DEGREE_M,
            (self.to_lon - self.from_lon) * shrink * DEGREE_M,
        )
        return metres

    @property
    def km(self) -> float:
        return float(self.metres.sum() / 1000)


def way_of(track: Segments, first: float, last: float) -> Way:
    """The legs that were driven between two instants, cut at them."""
    rows = [
        (one.at, two.at, one.latitude, one.longitude, two.latitude, two.longitude)
        for segment in track
        for one, two in pairwise(segment)
        if two.at > first and one.at < last and two.at - one.at <= LONGEST_GAP_S
    ]
    table = np.array(rows, dtype=float).reshape(-1, 6)
    way = Way(*table.T)
    table = table[way.metres <= FASTEST_MPS * (way.end - way.start)]
    way = Way(*table.T)
    begin = np.clip((first - way.start) / (way.end - way.start), 0, 1)
    stop = np.clip((last - way.start) / (way.end - way.start), 0, 1)
    lat, lon = way.to_lat - way.from_lat, way.to_lon - way.from_lon
    return Way(
        np.maximum(way.start, first),
        np.minimum(way.end, last),
        way.from_lat + begin * lat,
        way.from_lon + begin * lon,
        way.from_lat + stop * lat,
        way.from_lon + stop * lon,
    )


def passings(
    way: Way, places: Iterable[tuple[int, float, float]], radius_m: float
) -> dict[int, Passing]:
    """Place → how it was passed, for those that came within `radius_m`. places: (key, lat, lon)."""
    if not len(way.start):
        return {}
    metres = way.metres
    found = {}
    for key, latitude, longitude in places:
        narrow = DEGREE_M * np.cos(np.radians(latitude))
        ax, ay = (way.from_lon - longitude) * narrow, (way.from_lat - latitude) * DEGREE_M
        dx = (way.to_lon - longitude) * narrow - ax
        dy = (way.to_lat - latitude) * DEGREE_M - ay
        enter, leave, nearest = _inside(ax, ay, dx, dy, radius_m)
        if nearest > radius_m:
            continue
        share = np.maximum(0.0, leave - enter)
        lasted = way.end - way.start
        touched = leave >= enter
        seconds = float((share * lasted).sum())
        found[key] = Passing(
            nearest,
            seconds,
            float((way.start + enter * lasted)[touched].min()),
            float((way.start + leave * lasted)[touched].max()),
            float((share * metres).sum() / seconds * 3.6) if seconds else 0.0,
        )
    return found


def _inside(
    ax: Table, ay: Table, dx: Table, dy: Table, radius: float
) -> tuple[Table, Table, float]:
    """Of each leg a + t·d the part 0 ≤ enter ≤ leave ≤ 1 in the circle round 0; and how near."""
    square = dx * dx + dy * dy
    stands = square == 0
    safe = np.where(stands, 1.0, square)
    along = -(ax * dx + ay * dy) / safe
    closest = np.where(stands, 0.0, np.clip(along, 0, 1))
    near = np.hypot(ax + closest * dx, ay + closest * dy)
    # Half of the chord, in parts of the leg.
    off = np.hypot(ax + along * dx, ay + along * dy)
    half = np.sqrt(np.maximum(0.0, radius * radius - off * off) / safe)
    is_near = near <= radius
    enter = np.where(stands, 0.0, np.clip(along - half, 0, 1))
    leave = np.where(stands, 1.0, np.clip(along + half, 0, 1))
    # A leg that stays outside has no part: it leaves before it enters.
    return np.where(is_near, enter, 1.0), np.where(is_near, leave, 0.0), float(near.min())
