"""A map of villages, and what stands beside them, as plain SVG shapes: no tiles, no script."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from shapely import simplify
from shapely.errors import ShapelyError
from shapely.geometry import shape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .models import Unit


class Place(Protocol):
    """What has a place on the map."""

    @property
    def latitude(self) -> float: ...

    @property
    def longitude(self) -> float: ...


Spot = TypeVar("Spot", bound=Place)
WIDTH = 1000.0
MARGIN = 24.0
# A dot covers this many times the distance between villages spread evenly.
DOT_SHARE, LEAST_DOT, LARGEST_DOT = 0.16, 4.0, 14.0


@dataclass(frozen=True)
class Dot:
    """Something on the map: where, and how it is (a CSS class)."""

    x: float
    y: float
    state: str
    village: Any


@dataclass(frozen=True)
class VillageMap:
    """Outlines as SVG path data and villages as dots, in a box of `width` × `height`."""

    width: int
    height: int
    radius: float
    outlines: list[tuple[str, str]]
    dots: list[Dot]


def draw(
    villages: Iterable[Spot],
    units: Iterable[Unit],
    state_of: Callable[[Spot], str],
) -> VillageMap | None:
    """Draw villages (or what has a place) and outlines; None when there is nothing to draw."""
    villages = list(villages)
    drawn = [(unit.name, _outline(unit.geometry)) for unit in units if unit.geometry]
    outlines = [(name, outline) for name, outline in drawn if outline is not None]
    if not villages:
        return None
    xs = [village.longitude for village in villages]
    ys = [village.latitude for village in villages]
    for _name, outline in outlines:
        west, south, east, north = outline.bounds
        xs += [west, east]
        ys += [south, north]
    west, east, south, north = min(xs), max(xs), min(ys), max(ys)
    # Degrees of longitude are shorter than those of latitude: true in the middle is near enough.
    narrowing = max(0.1, math.cos(math.radians((south + north) / 2)))
    span = max((east - west) * narrowing, (north - south), 0.002)
    scale = (WIDTH - 2 * MARGIN) / span

    def place(longitude: float, latitude: float) -> tuple[float, float]:
        x = MARGIN + (longitude - west) * narrowing * scale
        y = MARGIN + (north - latitude) * scale
        return round(x, 1), round(y, 1)

    width, bottom = place(east, south)[0] + MARGIN, place(east, south)[1] + MARGIN
    apart = math.sqrt(width * bottom / len(villages))
    return VillageMap(
        math.ceil(width),
        math.ceil(bottom),
        round(min(LARGEST_DOT, max(LEAST_DOT, apart * DOT_SHARE)), 1),
        [(name, _path(simplify(outline, span / 500), place)) for name, outline in outlines],
        [Dot(*place(v.longitude, v.latitude), state_of(v), v) for v in villages],
    )


def _outline(geometry: Any) -> Any:
    try:
        outline = shape(geometry)
    except (ShapelyError, ValueError, TypeError, KeyError, AttributeError):
        return None
    return None if outline.is_empty else outline


def _path(outline: Any, place: Any) -> str:
    parts = []
    for polygon in getattr(outline, "geoms", [outline]):
        for ring in (polygon.exterior, *polygon.interiors):
            points = [place(x, y) for x, y, *_z in ring.coords]
            parts.append("M" + "L".join(f"{x} {y}" for x, y in points) + "Z")
    return "".join(parts)
