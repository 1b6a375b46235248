"""Areas between our codes and CAP's polygons, circles and geocodes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shapely.errors import GEOSException
from shapely.geometry import MultiPolygon, Point, Polygon, mapping, shape
from shapely.ops import unary_union

from tiengmo.places.models import Village
from tiengmo.places.queries import minimal_cover, units_in_force, villages_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from shapely.geometry.base import BaseGeometry

# General Statistics Office codes: what Vietnamese systems name units by.
GEOCODE = "VN-GSO"
# About eleven metres; nobody draws a flood more finely, and files stay small.
PRECISION = 4
_SIMPLIFY_DEGREES = 0.001
MOST_DRAWN = 300
# A degree of latitude in kilometres, for CAP's circles.
_KM_A_DEGREE = 111.2


def polygons_of(areas: Sequence[str], drawn: dict[str, Any] | None = None) -> list[str]:
    """CAP polygons ("lat,lon lat,lon …", closed) of what was drawn, else of our own outlines."""
    if drawn is not None:
        # What was chosen beyond the drawing has its own geocode below it.
        return [_written(part) for part in _parts(shape(drawn))]
    outlines = [
        shape(unit.geometry) for unit in units_in_force().filter(code__in=areas) if unit.geometry
    ]
    outlines += [
        shape(village.geometry)
        for village in Village.objects.filter(code__in=areas)
        if village.geometry
    ]
    if not outlines:
        return []
    merged = unary_union([outline.buffer(0) for outline in outlines])
    return [_written(part) for part in _parts(merged.simplify(_SIMPLIFY_DEGREES))]


def _parts(geometry: BaseGeometry) -> list[Polygon]:
    if isinstance(geometry, Polygon):
        return [geometry]
    if isinstance(geometry, MultiPolygon):
        return list(geometry.geoms)
    return []


def _written(polygon: Polygon) -> str:
    # GeoJSON says longitude first, CAP latitude.
    points = [f"{y:.{PRECISION}f},{x:.{PRECISION}f}" for x, y, *_z in polygon.exterior.coords]
    return " ".join(points)


def read_polygon(text: str) -> Polygon:
    """A CAP polygon. Raises ValueError: too few points, not closed, not on the globe."""
    points = []
    for pair in text.split():
        latitude, longitude = (float(part) for part in pair.split(","))
        if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):  # noqa: PLR2004
            raise ValueError("a point that is nowhere on the globe")
        points.append((longitude, latitude))
    if len(points) < 4 or points[0] != points[-1]:  # noqa: PLR2004
        raise ValueError("a polygon has four points or more, the last one the first")
    return Polygon(points)


def read_circle(text: str) -> BaseGeometry:
    """A CAP circle ("lat,lon km"), as a polygon. Raises ValueError."""
    centre, radius = text.split()
    latitude, longitude = (float(part) for part in centre.split(","))
    kilometres = float(radius)
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180 and 0 <= kilometres < 20_000):  # noqa: PLR2004
        raise ValueError("a circle that is nowhere on the globe")
    # A circle of no size is the point itself (CAP 3.2.4).
    return Point(longitude, latitude).buffer(max(kilometres, 0.01) / _KM_A_DEGREE)


def ours_in(
    polygons: Iterable[str], circles: Iterable[str], geocodes: Iterable[tuple[str, str]]
) -> list[str]:
    """Our own area codes that a foreign message touches: by code, and by where villages lie.

    A shape that cannot be read raises ValueError: it might be the one that means us.
    """
    wanted = {value for _name, value in geocodes}
    codes = set(units_in_force().filter(code__in=wanted).values_list("code", flat=True))
    codes |= set(Village.objects.filter(code__in=wanted).values_list("code", flat=True))
    try:
        shapes = [read_polygon(text).buffer(0) for text in polygons]
        shapes += [read_circle(text) for text in circles]
        area = unary_union(shapes) if shapes else None
    except GEOSException as error:
        raise ValueError(str(error)) from error
    if area is not None and not area.is_empty:
        west, south, east, north = area.bounds
        margin = 0.2  # a village's outline may begin where its middle is not
        near = villages_in([unit.code for unit in units_in_force().filter(parent=None)]).filter(
            longitude__range=(west - margin, east + margin),
            latitude__range=(south - margin, north + margin),
        )
        codes |= {village.code for village in near if area.intersects(_place(village))}
    return minimal_cover(codes)


def _place(village: Village) -> BaseGeometry:
    if village.geometry:
        return shape(village.geometry)
    return Point(village.longitude, village.latitude)


def drawn_shape(geometry: Any) -> dict[str, Any]:
    """A polygon that somebody drew, checked and rounded. Raises ValueError."""
    if not isinstance(geometry, dict) or geometry.get("type") != "Polygon":
        raise ValueError("not a polygon")
    try:
        (ring,) = geometry["coordinates"]
        points = [(round(float(x), 5), round(float(y), 5)) for x, y in ring]
    except (KeyError, TypeError) as error:
        raise ValueError("not a polygon of points") from error
    if not all(-180 <= x <= 180 and -90 <= y <= 90 for x, y in points):  # noqa: PLR2004
        raise ValueError("a point that is nowhere on the globe")
    if len(points) > MOST_DRAWN or len(set(points)) < 3:  # noqa: PLR2004 - a triangle
        raise ValueError("not three points, or more than anybody draws")
    polygon = Polygon(points)
    if not polygon.is_valid or polygon.area == 0:
        raise ValueError("its sides cross")
    return {"type": "Polygon", "coordinates": [[list(point) for point in polygon.exterior.coords]]}


def villages_touched(drawn: dict[str, Any], villages: Iterable[Village]) -> list[Village]:
    """Those of these villages whose outline, or place where there is none, lies in the drawing."""
    area = shape(drawn)
    return [village for village in villages if area.intersects(_place(village))]


def outline(polygons: Iterable[str]) -> dict[str, Any] | None:
    """CAP polygons as one GeoJSON geometry."""
    shapes = [read_polygon(text) for text in polygons]
    return dict(mapping(unary_union(shapes))) if shapes else None
