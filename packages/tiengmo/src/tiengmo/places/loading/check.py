"""All files of a locality, read and checked together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _
from shapely import Point
from shapely.geometry import shape

from tiengmo.places.models import Unit, Village

from . import outlines, units, values, villages
from .values import BadValue

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from .outlines import Outline
    from .tables import Problem, Table
    from .units import Codes, UnitRow
    from .villages import VillageRow


@dataclass
class Locality:
    """What the files state, and everything that is wrong with them."""

    units: list[UnitRow] = field(default_factory=list)
    villages: list[VillageRow] = field(default_factory=list)
    outlines: list[Outline] = field(default_factory=list)
    planned: set[tuple[str, dt.date]] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_locality(unit_file: Path, village_file: Path, outline_file: Path | None) -> Locality:
    """Read the files against each other and against what is loaded already. Writes nothing."""
    today = timezone.localdate()
    unit_table, unit_rows = units.read_units(unit_file)
    village_table, village_rows = villages.read_villages(village_file)
    found = Locality(unit_rows, village_rows, problems=unit_table.problems + village_table.problems)
    found.notes = unit_table.notes + village_table.notes
    codes = _codes(unit_rows, unit_table)
    found.planned = units.planned_keys(unit_rows, codes)
    stored_plans = Unit.objects.filter(is_planned=True).values_list("code", "valid_from")
    planned = found.planned | set(stored_plans)
    found.problems += units.check_units(unit_rows, codes, planned)
    if unit_table.rows:  # a file of units that cannot be read is one problem, not one a village
        found.problems += villages.check_villages(village_rows, codes, planned, today)
    if outline_file is not None:
        found.outlines, problems = outlines.read_outlines(outline_file)
        village_codes = {row["code"] for row in village_table.rows}
        village_codes |= set(Village.objects.values_list("code", flat=True))
        found.problems += problems
        found.problems += outlines.check_outlines(
            outline_file.name, found.outlines, codes, village_codes, today
        )
        found.notes += _outside(found)
    return found


def _codes(unit_rows: list[UnitRow], table: Table) -> Codes:
    codes = units.Codes()
    for unit in unit_rows:
        codes.add(units.Span(unit.code, unit.valid_from, unit.valid_to))
    for code, valid_from, valid_to in Unit.objects.values_list("code", "valid_from", "valid_to"):
        codes.add(units.Span(code, valid_from, valid_to))
    # A row that is bad for another reason still names its code: one mistake, one line.
    for row in table.rows:
        try:
            code = values.code(row["code"])
        except BadValue:
            continue
        if not codes.spans.get(code):
            codes.add(units.Span(code, units.BEGINNING, None))
    return codes


def _outside(found: Locality) -> list[str]:
    """Note villages whose point lies outside the outline drawn for them or for their unit."""
    by_village = {o.village_code: o for o in found.outlines if o.village_code}
    by_unit: dict[str, Outline] = {}
    for outline in found.outlines:
        if outline.unit_code and (outline.unit_code, outline.valid_from) not in found.planned:
            by_unit.setdefault(outline.unit_code, outline)
    shapes = {id(outline): shape(outline.geometry) for outline in found.outlines}
    notes = []
    for village in found.villages:
        drawn = by_village.get(village.code) or by_unit.get(village.unit_code)
        if drawn is None:
            continue
        if shapes[id(drawn)].distance(Point(village.longitude, village.latitude)) > 0:
            note = _("%(file)s, dòng %(line)s: toạ độ thôn %(code)s nằm ngoài ranh giới đã vẽ")
            place = {"file": village.row.file, "line": village.row.line, "code": village.code}
            notes.append(note % place)
    return notes
