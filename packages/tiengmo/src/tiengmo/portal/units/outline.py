"""The unit's outline and places as an SVG map that needs no script, and as GeoJSON for one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tiengmo.directory.queries import offices_of
from tiengmo.places.models import Village
from tiengmo.places.queries import units_below
from tiengmo.speakers.models import Box

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tiengmo.places.models import Unit

WIDTH = 600.0
MARGIN = 24.0
# A province has some thousands of villages: their points would be a blot, and heavy.
MOST_POINTS = 400


@dataclass(frozen=True)
class Point:
    kind: str  # village, office
    name: str
    latitude: float
    longitude: float
    detail: str = ""
    x: float = 0.0
    y: float = 0.0


@dataclass(frozen=True)
class Outline:
    """An SVG drawing: paths of the unit and of those below it, and points upon them."""

    height: float
    paths: list[str]
    inner: list[str]
    points: list[Point]
    is_invented: bool
    width: float = WIDTH


def places_of(unit: Unit) -> list[Point]:
    """Villages and offices of a unit that have a place on the map."""
    below = units_below(unit)
    villages = Village.objects.filter(unit__in=below).order_by("code")[:MOST_POINTS]
    points = [
        Point("village", village.name, village.latitude, village.longitude) for village in villages
    ]
    points += [
        Point("office", office.name, office.latitude, office.longitude, office.address)
        for office in offices_of(unit)
        if office.latitude is not None and office.longitude is not None
    ]
    return points


def outline_of(unit: Unit, points: list[Point]) -> Outline | None:
    """Draw a unit with its points; None where there is nothing to draw."""
    own = list(_rings(unit.geometry))
    children = list(units_below(unit, include_self=False))
    inner = [ring for child in children for ring in _rings(child.geometry)]
    located = [(p.longitude, p.latitude) for p in points]
    every = [xy for ring in own for xy in ring] or [xy for ring in inner for xy in ring] or located
    if not every:
        return None
    west, east = min(x for x, _y in every), max(x for x, _y in every)
    south, north = min(y for _x, y in every), max(y for _x, y in every)
    # A degree of longitude is shorter than one of latitude by the cosine.
    narrow = math.cos(math.radians((south + north) / 2)) or 1e-6
    scale = (WIDTH - 2 * MARGIN) / max((east - west) * narrow, (north - south) * 0.6, 1e-4)

    def place(longitude: float, latitude: float) -> tuple[float, float]:
        x = MARGIN + (longitude - west) * narrow * scale
        return round(x, 1), round(MARGIN + (north - latitude) * scale, 1)

    def path(ring: Sequence[Sequence[float]]) -> str:
        corners = " ".join("{},{}".format(*place(x, y)) for x, y in ring)
        return f"M{corners}Z"

    drawn = []
    for point in points:
        x, y = place(point.longitude, point.latitude)
        drawn.append(
            Point(point.kind, point.name, point.latitude, point.longitude, point.detail, x, y)
        )
    return Outline(
        height=round((north - south) * scale + 2 * MARGIN, 1),
        width=round(max((east - west) * narrow * scale + 2 * MARGIN, 2 * MARGIN + 1), 1),
        paths=[path(ring) for ring in own],
        inner=[path(ring) for ring in inner],
        points=drawn,
        is_invented=unit.is_invented or any(child.is_invented for child in children),
    )


def _rings(geometry: Any) -> Iterator[list[tuple[float, float]]]:
    """Outer rings of a polygon or of several; nothing for what is neither."""
    if not isinstance(geometry, dict):
        return
    shapes = geometry.get("coordinates", [])
    if geometry.get("type") == "Polygon":
        shapes = [shapes]
    elif geometry.get("type") != "MultiPolygon":
        return
    for polygon in shapes:
        yield [(float(corner[0]), float(corner[1])) for corner in polygon[0]]


def geojson_of(unit: Unit) -> dict[str, Any]:
    """The same for a map with zoom: outline, villages, offices, loudspeakers in use."""
    features: list[dict[str, Any]] = []

    def add(geometry: Any, **properties: str) -> None:
        features.append({"type": "Feature", "properties": properties, "geometry": geometry})

    if unit.geometry:
        add(unit.geometry, kind="unit", name=unit.name)
    children = list(units_below(unit, include_self=False))
    for child in children:
        if child.geometry:
            add(child.geometry, kind="part", name=child.name, url=f"/xa/{child.code}/")
    for point in places_of(unit):
        add(
            _at(point.longitude, point.latitude),
            kind=point.kind,
            name=point.name,
            detail=point.detail,
        )
    boxes = Box.objects.filter(retired_at=None, village__unit__in=[unit, *children])
    for box in boxes.order_by("serial")[:MOST_POINTS]:
        add(_at(box.longitude, box.latitude), kind="box", name=box.name)
    return {"type": "FeatureCollection", "features": features}


def _at(longitude: float | None, latitude: float | None) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [longitude, latitude]}
