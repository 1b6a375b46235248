"""Rows of the villages' file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from . import values
from .tables import read_table

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from .tables import Problem, Row, Table
    from .units import Codes

REQUIRED = (
    "code", "name", "unit_code", "households", "population", "languages", "latitude", "longitude",
)  # fmt: skip
ALIASES = {
    "code": ("mã", "mã thôn"),
    "name": ("tên", "tên thôn"),
    "kind": ("loại", "loại hình"),
    "unit_code": ("mã xã", "mã đơn vị"),
    "households": ("số hộ",),
    "population": ("số dân", "nhân khẩu", "số khẩu"),
    "languages": ("ngôn ngữ", "tiếng"),
    "latitude": ("vĩ độ",),
    "longitude": ("kinh độ",),
    "is_dead_zone": ("vùng lõm", "vùng lõm sóng"),
    "is_invented": ("giả định",),
}
# Residential groups of cities have up to some thousands; one household, up to some dozens.
MOST_HOUSEHOLDS, MOST_PEOPLE, MOST_A_HOUSEHOLD = 20_000, 100_000, 30


@dataclass
class VillageRow:
    """A village as the file states it."""

    row: Row
    code: str
    name: str
    kind: str
    unit_code: str
    households: int
    population: int
    languages: list[str]
    latitude: float
    longitude: float
    is_dead_zone: bool
    is_invented: bool


def read_villages(path: Path) -> tuple[Table, list[VillageRow]]:
    """Read the file; the table's problems name the rows that are left out."""
    table = read_table(path, REQUIRED, ALIASES)
    villages: list[VillageRow] = []
    seen: dict[str, int] = {}
    for row in table.rows:
        village = _village(row, table.problems)
        if village is None:
            continue
        if village.code in seen:
            reason = _("mã thôn %(code)s đã có ở dòng %(line)s")
            table.problems.append(
                row.problem(reason % {"code": village.code, "line": seen[village.code]})
            )
            continue
        seen[village.code] = row.line
        villages.append(village)
    return table, villages


def _village(row: Row, problems: list[Problem]) -> VillageRow | None:
    before = len(problems)
    code = row.take(problems, values.code, "code", 30)
    name = row.take(problems, values.name, "name")
    households = row.take(problems, values.count, "households", _("số hộ"), MOST_HOUSEHOLDS)
    population = row.take(problems, values.count, "population", _("số dân"), MOST_PEOPLE)
    languages = row.take(problems, values.languages, "languages")
    latitude = row.take(problems, values.coordinate, "latitude", "latitude")
    longitude = row.take(problems, values.coordinate, "longitude", "longitude")
    is_dead_zone = row.take(problems, values.claim, "is_dead_zone", _("vùng lõm sóng"))
    is_invented = row.take(problems, values.claim, "is_invented", _("cột giả định"))
    kind = row["kind"] or "thôn"
    if len(kind) > 40:  # noqa: PLR2004 - the column's length
        problems.append(row.problem(_("loại thôn dài quá 40 ký tự")))
    if households is not None and population is not None:
        figures = {"households": households, "population": population}
        if population < households:
            reason = _("số dân %(population)s ít hơn số hộ %(households)s")
            problems.append(row.problem(reason % figures))
        elif population > households * MOST_A_HOUSEHOLD:
            reason = _("số dân %(population)s quá nhiều so với %(households)s hộ")
            problems.append(row.problem(reason % figures))
    if len(problems) > before:
        return None
    return VillageRow(
        row,
        code or "",
        name or "",
        kind,
        row["unit_code"],
        households or 0,
        population or 0,
        languages or [],
        latitude or 0.0,
        longitude or 0.0,
        bool(is_dead_zone),
        bool(is_invented),
    )


def check_villages(
    villages: list[VillageRow],
    codes: Codes,
    planned: set[tuple[str, dt.date]],
    today: dt.date,
) -> list[Problem]:
    """Check that each village lies in a unit of today, and takes no unit's code."""
    problems = []
    for village in villages:
        if codes.spans.get(village.code):
            reason = _("mã thôn %(code)s đã là mã của một đơn vị") % {"code": village.code}
            problems.append(village.row.problem(reason))
        spans = codes.spans.get(village.unit_code, [])
        if not village.unit_code:
            problems.append(village.row.problem(_("thiếu mã đơn vị của thôn")))
        elif not spans:
            reason = _("đơn vị của thôn: %(why)s") % {"why": codes.unknown(village.unit_code)}
            problems.append(village.row.problem(reason))
        elif not any(s.holds_on(today) and (s.code, s.valid_from) not in planned for s in spans):
            reason = _("đơn vị %(code)s không có hiệu lực hôm nay") % {"code": village.unit_code}
            problems.append(village.row.problem(reason))
    return problems
