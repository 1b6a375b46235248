"""Makes the demo locality's data files: `python -m tiengmo.config.demo.make_locality`.

Real: the names, codes, validity and successors of the units. Invented, and marked so in every row:
villages, their households, languages and places, the loudspeaker clusters, and all outlines. What
the demo loads is the committed files; this script says how they came about, and makes the same
files again from the same seed.
"""

from __future__ import annotations

import csv
import json
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shapely import MultiPoint, Point, Polygon, coverage_simplify, unary_union, voronoi_polygons
from shapely.geometry import mapping

from .locality_names import COMMUNES, NAMES, SUCCESSORS, Commune

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

DATA = Path(__file__).parent / "data"
SEED = 176
VILLAGES, BOXES, WITHOUT_BOX = 176, 300, 12
OLD_FROM, NEW_FROM = "2004-07-08", "2025-07-01"
OLD_BASIS = "Quyết định 124/2004/QĐ-TTg (bảng danh mục và mã số đơn vị hành chính)"
COMMUNE_BASIS = "Nghị quyết 1673/NQ-UBTVQH15"
PROVINCE_BASIS = "Nghị quyết 202/2025/QH15"
DISTRICT_BASIS = "Luật Tổ chức chính quyền địa phương số 72/2025/QH15: không tổ chức cấp huyện"
# A rough outline of the district, west of the Red River (longitude, latitude).
OUTLINE = Polygon(
    [
        (103.64, 22.80), (103.70, 22.765), (103.735, 22.72), (103.775, 22.69), (103.80, 22.65),
        (103.84, 22.63), (103.865, 22.585), (103.90, 22.56), (103.93, 22.525), (103.95, 22.50),
        (103.92, 22.47), (103.905, 22.43), (103.87, 22.395), (103.82, 22.385), (103.79, 22.42),
        (103.74, 22.43), (103.70, 22.43), (103.65, 22.45), (103.60, 22.48), (103.565, 22.53),
        (103.55, 22.58), (103.565, 22.63), (103.555, 22.67), (103.585, 22.70), (103.59, 22.745),
        (103.615, 22.78),
    ]
)  # fmt: skip
# Degrees: how far apart villages lie, and how much of an outline's detail is dropped.
SPACING, TOLERANCE = 0.011, 0.0006
# Brings the locality to about 17,500 households.
SCALE = 0.935


@dataclass
class Hamlet:
    """A village while it is being made."""

    commune: Commune
    code: str
    name: str
    kind: str
    point: Point
    households: int
    population: int
    languages: list[str]
    is_dead_zone: bool = False
    cell: BaseGeometry = field(default_factory=Polygon)


def main() -> None:
    # The same villages every time: a seed, and no security in it.
    chance = random.Random(SEED)  # noqa: S311
    hamlets = _hamlets(chance)
    _cells(hamlets)
    without_box = _mark(hamlets, chance)
    DATA.mkdir(exist_ok=True)
    _write_units()
    _write_villages(hamlets)
    _write_boxes(hamlets, without_box, chance)
    _write_geometry(hamlets)


def _hamlets(chance: random.Random) -> list[Hamlet]:
    centres = {commune.code: Point(commune.longitude, commune.latitude) for commune in COMMUNES}
    taken: list[Point] = []
    used: set[str] = set()
    found = []
    for commune in COMMUNES:
        for number in range(1, commune.villages + 1):
            point = _free_point(commune, centres, taken, chance)
            taken.append(point)
            languages = chance.choices(
                [tongues.split() for tongues, _weight in commune.languages],
                [weight for _tongues, weight in commune.languages],
            )[0]
            kind, name = _name(commune, number, languages[0], used, chance)
            households = round(chance.triangular(*commune.households) * SCALE)
            found.append(
                Hamlet(
                    commune,
                    f"{commune.code}-{number:02d}",
                    name,
                    kind,
                    point,
                    households,
                    round(households * chance.uniform(3.9, 5.1)),
                    languages,
                )
            )
    if len(found) != VILLAGES:
        raise AssertionError(f"{len(found)} villages, not {VILLAGES}")
    return found


def _free_point(
    commune: Commune, centres: dict[str, Point], taken: list[Point], chance: random.Random
) -> Point:
    """Choose a point nearer to its own commune's centre than to any other."""
    reach, spacing = 0.03, SPACING
    inner = OUTLINE.buffer(-0.004)
    while True:
        reach, spacing = reach * 1.002, spacing * 0.999
        point = Point(
            round(commune.longitude + chance.uniform(-reach, reach), 5),
            round(commune.latitude + chance.uniform(-reach, reach), 5),
        )
        nearest = min(centres, key=lambda code: centres[code].distance(point))
        if (
            nearest == commune.code
            and inner.contains(point)
            and all(point.distance(other) > spacing for other in taken)
        ):
            return point


def _name(
    commune: Commune, number: int, language: str, used: set[str], chance: random.Random
) -> tuple[str, str]:
    if commune.name.startswith("Thị trấn"):
        return "tổ dân phố", f"Tổ dân phố số {number}"
    first, second = NAMES.get(language, NAMES["vi"])
    while True:
        one, other = chance.choice(first), chance.choice(second)
        name = f"{one} {other}"
        if name not in used and one != other:
            used.add(name)
            kind = chance.choice(["thôn", "bản"]) if language in {"pcc", "tyz"} else "thôn"
            return kind, f"{kind.capitalize()} {name}"


def _cells(hamlets: list[Hamlet]) -> None:
    points = MultiPoint([hamlet.point for hamlet in hamlets])
    cells = [
        cell.intersection(OUTLINE) for cell in voronoi_polygons(points, extend_to=OUTLINE).geoms
    ]
    for hamlet in hamlets:
        hamlet.cell = next(cell for cell in cells if cell.covers(hamlet.point))
    for hamlet, cell in zip(
        hamlets, coverage_simplify([h.cell for h in hamlets], TOLERANCE), strict=True
    ):
        hamlet.cell = cell


def _mark(hamlets: list[Hamlet], chance: random.Random) -> set[str]:
    """Mark about one village in twenty as a dead zone; say which have no loudspeaker."""
    remote = sorted(
        (h for h in hamlets if h.kind != "tổ dân phố"), key=lambda h: (h.households, h.code)
    )[:60]
    chosen = chance.sample(remote, 17)
    for hamlet in chosen[:9]:
        hamlet.is_dead_zone = True
    # Four of the dead zones have no loudspeaker either; the other five have one without a link.
    return {hamlet.code for hamlet in chosen[5:]}


def _rows(name: str, header: str, rows: list[list[object]]) -> None:
    with (DATA / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header.split())
        writer.writerows(rows)


def _write_units() -> None:
    rows: list[list[object]] = [
        ["082", "Huyện Bát Xát", "district", "", OLD_FROM, "", OLD_BASIS,
         "15", NEW_FROM, DISTRICT_BASIS, "false"],
        ["15", "Tỉnh Lào Cai", "province", "", NEW_FROM, "", PROVINCE_BASIS, "", "", "", "false"],
    ]  # fmt: skip
    rows.extend(
        [c.code, c.name, "commune", "082", OLD_FROM, "", OLD_BASIS,
         c.successor, NEW_FROM, COMMUNE_BASIS, "false"]
        for c in COMMUNES
    )  # fmt: skip
    rows.extend(
        [code, name, "commune", "15", NEW_FROM, "", COMMUNE_BASIS, "", "", "", "false"]
        for code, name in SUCCESSORS.items()
    )
    _rows(
        "units.csv",
        "code name level parent_code valid_from valid_to legal_basis "
        "successor_code succeeded_on succession_basis is_invented",
        rows,
    )


def _write_villages(hamlets: list[Hamlet]) -> None:
    _rows(
        "villages.csv",
        "code name kind unit_code households population languages latitude longitude "
        "is_dead_zone is_invented",
        [
            [
                h.code, h.name, h.kind, h.commune.code, h.households, h.population,
                ",".join(h.languages), h.point.y, h.point.x, str(h.is_dead_zone).lower(), "true",
            ]
            for h in hamlets
        ],
    )  # fmt: skip


def _write_boxes(hamlets: list[Hamlet], without: set[str], chance: random.Random) -> None:
    """Write the clusters: larger villages have more, and none covers its village for certain."""
    housed = [hamlet for hamlet in hamlets if hamlet.code not in without]
    counts = {hamlet.code: 1 for hamlet in housed}
    while sum(counts.values()) < BOXES:
        hungriest = max(
            (h for h in housed if counts[h.code] < 4),  # noqa: PLR2004
            key=lambda h: (h.households / (counts[h.code] + 0.35), h.code),
        )
        counts[hungriest.code] += 1
    rows: list[list[object]] = []
    for hamlet in housed:
        n = counts[hamlet.code]
        for number in range(1, n + 1):
            hi = hamlet.households * chance.uniform(0.82, 1.0) / n**0.75
            lo = hi * chance.uniform(0.55, 0.8)
            place = _near(hamlet, chance)
            home = f"{hamlet.name[0].lower()}{hamlet.name[1:]}"
            rows.append(
                [
                    f"BX{len(rows) + 1:04d}", hamlet.code,
                    f"Cụm loa {number}, {home}" if n > 1 else f"Cụm loa {home}",
                    place.y, place.x, max(1, round(lo)), min(hamlet.households, max(1, round(hi))),
                    "true",
                ]
            )  # fmt: skip
    if len(rows) != BOXES:
        raise AssertionError(f"{len(rows)} boxes, not {BOXES}")
    _rows(
        "boxes.csv",
        "serial village_code name latitude longitude households_lo households_hi is_invented",
        rows,
    )


def _near(hamlet: Hamlet, chance: random.Random) -> Point:
    while True:
        point = Point(
            round(hamlet.point.x + chance.uniform(-0.003, 0.003), 5),
            round(hamlet.point.y + chance.uniform(-0.003, 0.003), 5),
        )
        if hamlet.cell.contains(point):
            return point


def _write_geometry(hamlets: list[Hamlet]) -> None:
    features = []
    units = {"082": ("Huyện Bát Xát", [h.cell for h in hamlets])}
    units |= {c.code: (c.name, [h.cell for h in hamlets if h.commune is c]) for c in COMMUNES}
    for code, (name, cells) in units.items():
        features.append(
            _feature({"unit_code": code, "valid_from": OLD_FROM, "name": name}, unary_union(cells))
        )
    features.extend(_feature({"village_code": h.code, "name": h.name}, h.cell) for h in hamlets)
    lines = ",\n".join(
        json.dumps(feature, ensure_ascii=False, separators=(",", ":")) for feature in features
    )
    (DATA / "geometry.geojson").write_text(
        '{"type":"FeatureCollection","features":[\n' + lines + "\n]}\n", encoding="utf-8"
    )


def _feature(properties: dict[str, object], shape: Any) -> dict[str, object]:
    return {
        "type": "Feature",
        "properties": properties | {"is_invented": True},
        "geometry": _rounded(mapping(shape)),
    }


def _rounded(geometry: dict[str, Any]) -> dict[str, Any]:
    def rounded(value: Any) -> Any:
        if isinstance(value, float):
            return round(value, 5)
        return [rounded(part) for part in value]

    return {"type": geometry["type"], "coordinates": rounded(geometry["coordinates"])}


if __name__ == "__main__":
    main()
