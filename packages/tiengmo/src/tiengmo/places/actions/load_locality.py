"""Load a locality from files: everything, or nothing."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.places.errors import BadLocality
from tiengmo.places.events import villages_changed
from tiengmo.places.loading.check import read_locality
from tiengmo.places.models import Unit, UnitSuccession, Village, VillageMembership

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from tiengmo.audit.actors import Actor
    from tiengmo.places.loading.check import Locality
    from tiengmo.places.loading.units import UnitRow
    from tiengmo.places.loading.villages import VillageRow

BATCH = 500
_WORDS = {
    "name": "tên", "level": "cấp", "parent": "cấp trên", "valid_to": "hết hiệu lực",
    "legal_basis": "căn cứ", "is_invented": "giả định", "kind": "loại", "unit": "đơn vị",
    "households": "số hộ", "population": "số dân", "languages": "ngôn ngữ", "latitude": "vĩ độ",
    "longitude": "kinh độ", "is_dead_zone": "vùng lõm sóng", "geometry": "ranh giới",
}  # fmt: skip


@dataclass
class LoadReport:
    """What a load did: how many rows were new, changed or the same, and each change in words."""

    units_created: int = 0
    units_updated: int = 0
    units_unchanged: int = 0
    villages_created: int = 0
    villages_updated: int = 0
    villages_unchanged: int = 0
    households: int = 0
    changes: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def has_changed(self) -> bool:
        return bool(
            self.units_created or self.units_updated or self.villages_created or self.changes
        )


def load_locality(
    units: Path, villages: Path, geometry: Path | None = None, *, by: Actor
) -> LoadReport:
    """Load units, villages and outlines from CSV and GeoJSON; loading again updates.

    Raises BadLocality with every bad row, and then nothing was written. What a carry-over has
    closed or moved since is left as it is.
    """
    with transaction.atomic():
        # One load at a time: the checks below must still hold when the rows are written.
        list(Unit.objects.select_for_update().values_list("pk", flat=True))
        locality = read_locality(units, villages, geometry)
        if locality.problems:
            raise BadLocality(locality.problems)
        report = LoadReport(notes=locality.notes)
        _Loading(locality, report).run(by)
        if report.has_changed:
            detail = {"changes": report.changes[:200], "households": report.households}
            record("places.loaded", by=by, subject=f"{units.name}, {villages.name}", detail=detail)
    return report


class _Loading:
    """One load, while it runs."""

    def __init__(self, locality: Locality, report: LoadReport) -> None:
        self.locality = locality
        self.report = report
        self.units = {(unit.code, unit.valid_from): unit for unit in Unit.objects.all()}
        self.villages = {
            village.code: village for village in Village.objects.select_related("unit")
        }
        self.changed_units: dict[tuple[str, dt.date], set[str]] = defaultdict(set)
        self.changed_villages: dict[str, set[str]] = defaultdict(set)
        self.by_code: dict[str, list[Unit]] = defaultdict(list)
        self.by_pk = {unit.pk: unit for unit in self.units.values()}
        carried = UnitSuccession.objects.exclude(carried_at=None).order_by("-pk")
        # Where a unit was divided the lowest id, written last here, continues it.
        self.continued_by = dict(carried.values_list("predecessor_id", "successor_id"))
        self.new_units: set[tuple[str, dt.date]] = set()
        self.new_villages: set[str] = set()

    def run(self, by: Actor) -> None:
        for row in self.locality.units:
            self._take_unit(row)
        self._save_new_units()
        for row in self.locality.units:
            self._take_parent(row)
        for village in self.locality.villages:
            self._take_village(village)
        self._take_outlines()
        self._save()
        self._take_successions()
        changed = [self.villages[code] for code in self.changed_villages]
        if changed:
            villages_changed.send(Village, villages=changed, by=by)
        self._count()

    def _set(self, thing: Unit | Village, wanted: dict[str, Any]) -> set[str]:
        changed = set()
        for name, value in wanted.items():
            before = getattr(thing, name)
            if before != value:
                setattr(thing, name, value)
                changed.add(name)
                if thing.pk is not None:
                    self.report.changes.append(_change(thing, name, before, value))
        return changed

    def _take_unit(self, row: UnitRow) -> None:
        unit = self.units.get(row.key)
        if unit is None:
            unit = Unit(code=row.code, valid_from=row.valid_from)
            unit.is_planned = row.key in self.locality.planned
            self.units[row.key] = unit
            self.new_units.add(row.key)
        wanted = {
            "name": row.name,
            "level": row.level,
            "legal_basis": row.legal_basis,
            "is_invented": row.is_invented,
        }
        if unit.closed_at is None:
            wanted["valid_to"] = row.valid_to
        changed = self._set(unit, wanted)
        if changed and row.key not in self.new_units:
            self.changed_units[row.key] |= changed

    def _save_new_units(self) -> None:
        Unit.objects.bulk_create([self.units[key] for key in self.new_units], batch_size=BATCH)

    def _take_parent(self, row: UnitRow) -> None:
        unit = self.units[row.key]
        parent = self._holder(row.parent_code, row.valid_from) if row.parent_code else None
        if unit.parent_id != (parent.pk if parent else None):
            if row.key in self.new_units:
                unit.parent = parent
                self.changed_units[row.key].add("parent")
            else:
                self.changed_units[row.key] |= self._set(unit, {"parent": parent})

    def _holder(self, code: str, day: dt.date) -> Unit:
        holders = [
            unit
            for unit in self._with_code(code)
            if unit.valid_from <= day and (unit.valid_to is None or unit.valid_to >= day)
        ]
        return max(holders, key=lambda unit: unit.valid_from)

    def _with_code(self, code: str) -> list[Unit]:
        if not self.by_code:
            for (known, _valid_from), unit in self.units.items():
                self.by_code[known].append(unit)
        return self.by_code[code]

    def _take_village(self, row: VillageRow) -> None:
        village = self.villages.get(row.code)
        wanted: dict[str, Any] = {
            "name": row.name,
            "kind": row.kind,
            "households": row.households,
            "population": row.population,
            "languages": row.languages,
            "latitude": row.latitude,
            "longitude": row.longitude,
            "is_dead_zone": row.is_dead_zone,
            "is_invented": row.is_invented,
        }
        stated = self._unit_of_village(row)
        heirs = self._heirs(stated)
        if village is None:
            self.villages[row.code] = Village(code=row.code, unit=heirs[-1], **wanted)
            self.new_villages.add(row.code)
            return
        if village.unit_id not in {heir.pk for heir in heirs}:
            wanted["unit"] = heirs[-1]
        elif village.unit_id != stated.pk:
            self.report.notes.append(
                _("thôn %(code)s: đã chuyển từ %(before)s sang %(after)s, giữ nguyên")
                % {"code": village.code, "before": stated.name, "after": village.unit.name}
            )
        changed = self._set(village, wanted)
        if changed:
            self.changed_villages[row.code] |= changed

    def _unit_of_village(self, row: VillageRow) -> Unit:
        """The unit the file means: the file's own first, else the one in force today."""
        today = timezone.localdate()
        stated = [
            unit
            for unit in self._with_code(row.unit_code)
            if unit.valid_from <= today
            and (unit.code, unit.valid_from) not in self.locality.planned
        ]
        open_ones = [unit for unit in stated if not unit.is_planned]
        return max(open_ones or stated, key=lambda unit: (unit.valid_from, unit.pk))

    def _heirs(self, unit: Unit) -> list[Unit]:
        """The unit and, as far as carry-overs have been done, what continues it."""
        line = [unit]
        while line[-1].valid_to is not None and line[-1].pk in self.continued_by:
            line.append(self.by_pk[self.continued_by[line[-1].pk]])
        return line

    def _take_outlines(self) -> None:
        for outline in self.locality.outlines:
            if outline.village_code:
                village = self.villages[outline.village_code]
                changed = self._set(village, {"geometry": outline.geometry})
                if changed and outline.village_code not in self.new_villages:
                    self.changed_villages[outline.village_code] |= changed
                continue
            day = outline.valid_from or timezone.localdate()
            unit = self._holder(outline.unit_code, day)
            key = (unit.code, unit.valid_from)
            west, south, east, north = outline.bounds
            fresh = unit.geometry is None or key in self.new_units
            changed = (
                {"geometry"} if unit.geometry != outline.geometry else set()
            )  # bounds follow the outline
            if changed:
                if not fresh:
                    self.report.changes.append(_change(unit, "geometry", None, None))
                unit.geometry = outline.geometry
                unit.west, unit.south, unit.east, unit.north = west, south, east, north
                self.changed_units[key] |= {"geometry", "west", "south", "east", "north"}

    def _save(self) -> None:
        fields = sorted({name for names in self.changed_units.values() for name in names})
        if fields:
            changed = [self.units[key] for key in self.changed_units]
            Unit.objects.bulk_update(changed, fields, batch_size=BATCH)
        new = [self.villages[code] for code in sorted(self.new_villages)]
        Village.objects.bulk_create(new, batch_size=BATCH)
        VillageMembership.objects.bulk_create(
            [VillageMembership(village=v, unit=v.unit, valid_from=v.unit.valid_from) for v in new],
            batch_size=BATCH,
        )
        fields = sorted({name for names in self.changed_villages.values() for name in names})
        if fields:
            moved = [self.villages[code] for code in self.changed_villages]
            Village.objects.bulk_update(moved, fields, batch_size=BATCH)
        for code, names in self.changed_villages.items():
            if "unit" in names:  # the file corrects a mistake; it is no move
                village = self.villages[code]
                village.memberships.filter(valid_to=None).update(unit=village.unit)

    def _take_successions(self) -> None:
        known = {
            (row.predecessor_id, row.successor_id): row for row in UnitSuccession.objects.all()
        }
        for row in self.locality.units:
            predecessor = self.units[row.key]
            for code in row.successor_codes:
                if row.succeeded_on is None:
                    continue
                successor = self._holder(code, row.succeeded_on)
                wanted = {"on": row.succeeded_on, "legal_basis": row.succession_basis}
                step = known.get((predecessor.pk, successor.pk))
                if step is None:
                    UnitSuccession.objects.create(
                        predecessor=predecessor,
                        successor=successor,
                        carried_at=timezone.now() if row.valid_to else None,
                        **wanted,
                    )
                    if row.key not in self.new_units:
                        change = _("%(before)s: sẽ do %(after)s tiếp nhận")
                        names = {"before": predecessor.name, "after": successor.name}
                        self.report.changes.append(change % names)
                elif any(getattr(step, name) != value for name, value in wanted.items()):
                    if step.carried_at is not None:
                        self.report.notes.append(
                            _("%(unit)s: đã chuyển giao, không sửa được ngày hay căn cứ")
                            % {"unit": predecessor.name}
                        )
                        continue
                    UnitSuccession.objects.filter(pk=step.pk).update(**wanted)
                    change = _("%(unit)s: ngày hoặc căn cứ sáp nhập thay đổi")
                    self.report.changes.append(change % {"unit": predecessor.name})

    def _count(self) -> None:
        report = self.report
        report.units_created, report.villages_created = len(self.new_units), len(self.new_villages)
        report.units_updated = len(self.changed_units.keys() - self.new_units)
        report.villages_updated = len(self.changed_villages)
        report.units_unchanged = (
            len(self.locality.units) - report.units_created - report.units_updated
        )
        report.villages_unchanged = (
            len(self.locality.villages) - report.villages_created - report.villages_updated
        )
        report.households = sum(village.households for village in self.villages.values())
        absent = self.villages.keys() - {row.code for row in self.locality.villages}
        if absent:
            note = _("%(n)s thôn đã có nhưng không có trong tệp: giữ nguyên")
            report.notes.append(note % {"n": len(absent)})


def _change(thing: Unit | Village, name: str, before: object, after: object) -> str:
    word = _WORDS.get(name, name)
    if name == "geometry":
        return f"{thing.code} {thing.name}: {word} đổi"
    return f"{thing.code} {thing.name}: {word} “{_shown(before)}” → “{_shown(after)}”"


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ",".join(str(part) for part in value)
    return "" if value is None else str(value)
