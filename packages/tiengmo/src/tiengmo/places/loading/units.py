"""Rows of the units' file: each unit with its dates, what it lies in and what takes it over."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from . import values
from .tables import read_table

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from .tables import Problem, Row, Table

REQUIRED = ("code", "name", "level", "parent_code", "valid_from")
ALIASES = {
    "code": ("mã", "mã đơn vị"),
    "name": ("tên", "tên đơn vị"),
    "level": ("cấp",),
    "parent_code": ("mã cấp trên", "thuộc mã"),
    "valid_from": ("từ ngày", "hiệu lực từ"),
    "valid_to": ("đến ngày", "hiệu lực đến"),
    "legal_basis": ("căn cứ", "căn cứ pháp lý"),
    "successor_code": ("mã kế tiếp", "mã đơn vị kế tiếp"),
    "succeeded_on": ("ngày chuyển", "ngày sáp nhập"),
    "succession_basis": ("căn cứ sáp nhập",),
    "is_invented": ("giả định",),
}
BEGINNING = dt.date(1900, 1, 1)


@dataclass
class UnitRow:
    """A unit as the file states it."""

    row: Row
    code: str
    name: str
    level: str
    parent_code: str
    valid_from: dt.date
    valid_to: dt.date | None
    legal_basis: str
    successor_codes: list[str]
    succeeded_on: dt.date | None
    succession_basis: str
    is_invented: bool

    @property
    def key(self) -> tuple[str, dt.date]:
        return self.code, self.valid_from


@dataclass(frozen=True)
class Span:
    """A holder of a code: from when to when (None: not ended)."""

    code: str
    valid_from: dt.date
    valid_to: dt.date | None

    def holds_on(self, day: dt.date) -> bool:
        # A unit that a later holder of its code succeeds has no end yet; the later one wins.
        return self.valid_from <= day and (self.valid_to is None or self.valid_to >= day)


@dataclass
class Codes:
    """Which unit holds a code on a day, among the file's units and those already there."""

    spans: dict[str, list[Span]] = field(default_factory=lambda: defaultdict(list))

    def add(self, span: Span) -> None:
        if all(known.valid_from != span.valid_from for known in self.spans[span.code]):
            self.spans[span.code].append(span)
            self.spans[span.code].sort(key=lambda known: known.valid_from)

    def holder(self, code: str, day: dt.date) -> Span | None:
        holders = [span for span in self.spans.get(code, ()) if span.holds_on(day)]
        return holders[-1] if holders else None

    def unknown(self, code: str) -> str:
        """Say that a code is unknown, with what was probably meant."""
        padded = [known for known in self.spans if self.spans[known] and known.lstrip("0") == code]
        reason = _("không có đơn vị mang mã %(code)s") % {"code": code}
        if padded:
            reason += _("; có phải %(code)s? (Excel bỏ số 0 ở đầu: định dạng cột là Văn bản)") % {
                "code": padded[0]
            }
        return reason


def read_units(path: Path) -> tuple[Table, list[UnitRow]]:
    """Read the file; the table's problems name the rows that are left out."""
    table = read_table(path, REQUIRED, ALIASES)
    units: list[UnitRow] = []
    seen: dict[tuple[str, dt.date], int] = {}
    for row in table.rows:
        unit = _unit(row, table.problems)
        if unit is None:
            continue
        if unit.key in seen:
            reason = _("mã %(code)s đã có ở dòng %(line)s")
            table.problems.append(row.problem(reason % {"code": unit.code, "line": seen[unit.key]}))
            continue
        seen[unit.key] = row.line
        units.append(unit)
    return table, units


def _unit(row: Row, problems: list[Problem]) -> UnitRow | None:
    before = len(problems)
    code = row.take(problems, values.code, "code") or ""
    unit_name = row.take(problems, values.name, "name") or ""
    level = row["level"]
    if not level or len(level) > 40:  # noqa: PLR2004 - the column's length
        problems.append(row.problem(_("thiếu cấp (ví dụ: province, district, commune)")))
    valid_from = row.take(problems, values.day, "valid_from", _("ngày hiệu lực"))
    valid_to = row.take(problems, values.day, "valid_to", _("ngày hết hiệu lực"))
    succeeded_on = row.take(problems, values.day, "succeeded_on", _("ngày sáp nhập"))
    is_invented = row.take(problems, values.claim, "is_invented", _("cột giả định"))
    successors = [part for part in re.split(r"[\s,;|]+", row["successor_code"]) if part]
    if valid_from and valid_to and valid_to < valid_from:
        problems.append(row.problem(_("ngày hết hiệu lực trước ngày hiệu lực")))
    if successors and not succeeded_on:
        problems.append(row.problem(_("có mã kế tiếp nhưng thiếu ngày sáp nhập")))
    if valid_from and succeeded_on and succeeded_on <= valid_from:
        problems.append(row.problem(_("ngày sáp nhập không sau ngày hiệu lực")))
    if len(problems) > before:
        return None
    return UnitRow(
        row,
        code,
        unit_name,
        level,
        row["parent_code"],
        valid_from or BEGINNING,
        valid_to,
        row["legal_basis"][:300],
        successors,
        succeeded_on,
        row["succession_basis"][:300],
        bool(is_invented),
    )


def planned_keys(units: Iterable[UnitRow], codes: Codes) -> set[tuple[str, dt.date]]:
    """Units that begin when an unfinished one ends: a carry-over opens them, not the file."""
    found = set()
    for unit in units:
        if unit.valid_to is None and unit.succeeded_on is not None:
            for code in unit.successor_codes:
                holder = codes.holder(code, unit.succeeded_on)
                if holder is not None and holder.valid_from == unit.succeeded_on:
                    found.add((holder.code, holder.valid_from))
    return found


def check_units(
    units: list[UnitRow], codes: Codes, planned: set[tuple[str, dt.date]]
) -> list[Problem]:
    """Check what units say of each other: parents, circles, overlaps and successors."""
    problems: list[Problem] = []
    for unit in units:
        for span in codes.spans[unit.code]:
            overlaps = span.valid_from < unit.valid_from and span.holds_on(unit.valid_from)
            if overlaps and not (span.valid_to is None and unit.key in planned):
                reason = _("mã %(code)s đang thuộc một đơn vị khác từ %(day)s, chưa hết hiệu lực")
                day = f"{span.valid_from:%d/%m/%Y}"
                problems.append(unit.row.problem(reason % {"code": unit.code, "day": day}))
        if unit.parent_code and codes.holder(unit.parent_code, unit.valid_from) is None:
            problems.append(unit.row.problem(_parent_reason(unit, codes)))
        problems.extend(_check_successors(unit, codes))
    problems.extend(_circles(units, codes))
    return problems


def _parent_reason(unit: UnitRow, codes: Codes) -> str:
    if codes.spans.get(unit.parent_code):
        return _("cấp trên %(code)s không có hiệu lực ngày %(day)s") % {
            "code": unit.parent_code,
            "day": f"{unit.valid_from:%d/%m/%Y}",
        }
    return _("cấp trên: %(why)s") % {"why": codes.unknown(unit.parent_code)}


def _check_successors(unit: UnitRow, codes: Codes) -> list[Problem]:
    problems = []
    for code in unit.successor_codes:
        if unit.succeeded_on is None:
            continue
        if not codes.spans.get(code):
            reason = _("đơn vị kế tiếp: %(why)s") % {"why": codes.unknown(code)}
            problems.append(unit.row.problem(reason))
            continue
        holder = codes.holder(code, unit.succeeded_on)
        if holder is None or (holder.code, holder.valid_from) == unit.key:
            reason = _("đơn vị kế tiếp %(code)s không có hiệu lực ngày %(day)s")
            day = f"{unit.succeeded_on:%d/%m/%Y}"
            problems.append(unit.row.problem(reason % {"code": code, "day": day}))
    return problems


def _circles(units: list[UnitRow], codes: Codes) -> list[Problem]:
    """Name every unit that lies, through its parents, within itself."""
    by_key = {unit.key: unit for unit in units}
    problems = []
    for unit in units:
        passed = [unit.code]
        current: UnitRow | None = unit
        seen = {unit.key}
        while current is not None and current.parent_code:
            holder = codes.holder(current.parent_code, current.valid_from)
            if holder is None:
                break
            passed.append(holder.code)
            key = (holder.code, holder.valid_from)
            if key == unit.key:
                reason = _("thuộc vòng tròn: %(path)s") % {"path": " → ".join(passed)}
                problems.append(unit.row.problem(reason))
                break
            if key in seen:
                break
            seen.add(key)
            current = by_key.get(key)
    return problems
