"""Outlines of units and villages from GeoJSON (RFC 7946: WGS 84, longitude first)."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from shapely import force_2d
from shapely.errors import ShapelyError
from shapely.geometry import mapping, shape
from shapely.validation import explain_validity

from . import values
from .tables import Problem, read_text
from .values import BadValue

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator
    from pathlib import Path

    from .units import Codes

_WGS84 = ("CRS84", "EPSG::4326", "EPSG:4326")
# RFC 7946 coordinates of a locality: more digits than a centimetre only make files large.
DIGITS = 6


@dataclass
class Outline:
    """One outline, valid and within WGS 84, and what it is the outline of."""

    line: int
    unit_code: str
    valid_from: dt.date | None
    village_code: str
    geometry: dict[str, Any]
    bounds: tuple[float, float, float, float]


def read_outlines(path: Path) -> tuple[list[Outline], list[Problem]]:
    """Read every feature; a bad one is named by the line it starts on."""
    problems: list[Problem] = []
    text, _encoding = read_text(path, problems)
    if not text:
        return [], problems
    try:
        document = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        reason = _("không phải GeoJSON: hỏng ở cột %(column)s") % {"column": error.colno}
        return [], [Problem(path.name, error.lineno, reason)]
    except (ValueError, RecursionError):
        return [], [
            Problem(path.name, 1, _("không phải GeoJSON hợp lệ (NaN, vô cực hoặc lồng quá sâu)"))
        ]
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list) or document.get("type") != "FeatureCollection":
        return [], [Problem(path.name, 1, _("không phải FeatureCollection của GeoJSON"))]
    crs = json.dumps(document.get("crs") or "CRS84")
    if not any(name in crs for name in _WGS84):
        reason = _("hệ toạ độ không phải WGS 84; hãy chuyển sang EPSG:4326 rồi xuất lại")
        return [], [Problem(path.name, 1, reason)]
    outlines = []
    for line, feature in zip(_lines(text), features, strict=False):
        try:
            outlines.append(_outline(line, feature))
        except BadValue as error:
            problems.append(Problem(path.name, line, str(error)))
    return outlines, problems


def _refuse_constant(name: str) -> float:
    raise ValueError(name)


def _lines(text: str) -> Iterator[int]:
    """Yield the line on which each element of the top-level "features" array starts."""
    decoder = json.JSONDecoder()
    found = re.search(r'"features"\s*:\s*\[', text)
    if found is None:
        return
    position, counted, line = found.end(), 0, 1
    while True:
        while position < len(text) and text[position] in " \t\r\n,":
            position += 1
        if position >= len(text) or text[position] == "]":
            return
        line += text.count("\n", counted, position)
        counted = position
        yield line
        _element, position = decoder.raw_decode(text, position)


def _outline(line: int, feature: Any) -> Outline:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(properties, dict):
        raise BadValue(_("không phải Feature có properties"))
    unit_code = str(properties.get("unit_code") or "")
    village_code = str(properties.get("village_code") or "")
    if bool(unit_code) == bool(village_code):
        raise BadValue(_("properties phải có unit_code hoặc village_code (một trong hai)"))
    valid_from = values.day(str(properties.get("valid_from") or ""), "valid_from")
    geometry = feature.get("geometry")
    if not isinstance(geometry, dict) or geometry.get("type") not in {"Polygon", "MultiPolygon"}:
        raise BadValue(_("hình phải là Polygon hoặc MultiPolygon"))
    try:
        polygon = force_2d(shape(geometry))
    except (ShapelyError, ValueError, TypeError, IndexError, KeyError, AttributeError):
        raise BadValue(_("toạ độ của hình không đọc được")) from None
    if polygon.is_empty or not all(math.isfinite(edge) for edge in polygon.bounds):
        raise BadValue(_("hình rỗng"))
    west, south, east, north = polygon.bounds
    if west < -180 or east > 180 or south < -90 or north > 90:  # noqa: PLR2004 - WGS 84
        raise BadValue(
            _(
                "toạ độ ngoài khoảng WGS 84 (kinh độ trước, vĩ độ sau);"
                " có lẽ là VN-2000 tính bằng mét"
            )
        )
    if not polygon.is_valid:
        where = re.search(r"\[(\S+) (\S+)\]", explain_validity(polygon))
        at = _(" tại %(x)s, %(y)s") % {"x": where[1], "y": where[2]} if where else ""
        raise BadValue(_("đường ranh tự cắt hoặc không khép đúng%(at)s") % {"at": at})
    kept = mapping(polygon)
    coordinates = _rounded(kept["coordinates"])
    return Outline(
        line,
        unit_code,
        valid_from,
        village_code,
        {"type": kept["type"], "coordinates": coordinates},
        (west, south, east, north),
    )


def _rounded(value: Any) -> Any:
    return round(value, DIGITS) if isinstance(value, float) else [_rounded(part) for part in value]


def check_outlines(
    name: str, outlines: list[Outline], codes: Codes, village_codes: set[str], today: dt.date
) -> list[Problem]:
    """Check that each outline belongs to something known, once."""
    problems = []
    seen: dict[tuple[str, str], int] = {}
    for outline in outlines:
        reason = ""
        if outline.village_code and outline.village_code not in village_codes:
            reason = _("không có thôn mang mã %(code)s") % {"code": outline.village_code}
        elif outline.unit_code and not codes.spans.get(outline.unit_code):
            reason = codes.unknown(outline.unit_code)
        elif outline.unit_code and not codes.holder(outline.unit_code, outline.valid_from or today):
            reason = _("đơn vị %(code)s không có hiệu lực ngày ấy") % {"code": outline.unit_code}
        key = (outline.unit_code + outline.village_code, str(outline.valid_from))
        if not reason and key in seen:
            reason = _("đã có hình của mã %(code)s ở dòng %(line)s") % {
                "code": key[0],
                "line": seen[key],
            }
        if reason:
            problems.append(Problem(name, outline.line, reason))
        else:
            seen[key] = outline.line
    return problems
