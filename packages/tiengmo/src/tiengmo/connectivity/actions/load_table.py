"""A file of one kind of table: all of it or nothing."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.connectivity.errors import BadTable
from tiengmo.connectivity.rights import require_keeper
from tiengmo.connectivity.tables.cells import Cells, Known
from tiengmo.foundation.office_files import shown_name
from tiengmo.people.errors import NotAllowed
from tiengmo.places.loading.tables import Problem, read_table

from .keep import Kept, keep

if TYPE_CHECKING:
    from tiengmo.audit.actors import Process
    from tiengmo.connectivity.models import Statement
    from tiengmo.connectivity.tables import Kind
    from tiengmo.people.models import User
    from tiengmo.places.loading.tables import Table

# The masts of a province are some thousands; ten years of monthly figures of 3,000 villages more.
LIMIT_BYTES = 20_000_000
MOST_ROWS = 100_000
MOST_PROBLEMS = 200


@dataclass
class Report:
    """What a file changed, or would change."""

    rows: int
    kept: Kept
    notes: list[str] = field(default_factory=list)


def load_table(
    kind: Kind, raw: bytes, name: str, *, by: User | Process, is_dry_run: bool = False
) -> Report:
    """Take in a CSV file; a bad line keeps all of it out, and the same file twice changes nothing.

    is_dry_run: say what it would change, and change nothing. Raises BadTable with every bad line,
    NotAllowed (nobody's right reaches any of its units), ConnectivityError.
    """
    table = _read(kind, raw, name)
    problems = list(table.problems)
    statements: list[Statement] = []
    lines: dict[object, int] = {}
    known = Known.now()
    refused: dict[int, str] = {}
    for row in table.rows:
        cells = Cells(row.values, known)
        found = kind.read(cells)
        problems += [row.problem(why) for _column, why in cells.problems]
        for one in found:
            mark = (one.key, one.since)
            if mark in lines:
                why = _("trùng với dòng %(line)s (cùng đối tượng, cùng ngày)")
                problems.append(row.problem(why % {"line": lines[mark]}))
                break
            lines[mark] = row.line
        if found and (why := _refusal(kind, found[0], by, refused)):
            problems.append(row.problem(why))
        statements += found
    if problems:
        raise BadTable(_told(problems))
    with transaction.atomic():
        kept = keep(kind, statements, by=by)
        if is_dry_run:
            transaction.set_rollback(True)
        elif kept.new or kept.corrected:
            record(
                "connectivity.loaded",
                by=by,
                subject=f"{kind.label}: {shown_name(name)}",
                detail={
                    "kind": kind.code,
                    "sha256": hashlib.sha256(raw).hexdigest(),
                    "new": kept.new,
                    "corrected": kept.corrected,
                    "same": kept.same,
                },
            )
    return Report(len(table.rows), kept, table.notes)


def _read(kind: Kind, raw: bytes, name: str) -> Table:
    # The reader names the file in every problem, so it gets one of that name.
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / (PurePath(shown_name(name)).name or "bang.csv")
        if len(raw) > LIMIT_BYTES:
            why = _("tệp lớn quá %(limit)s MB, có lẽ nhầm tệp")
            told = Problem(path.name, 0, why % {"limit": LIMIT_BYTES // 1_000_000})
            raise BadTable([str(told)])
        path.write_bytes(raw)
        table = read_table(path, kind.needed, kind.aliases)
    if len(table.rows) > MOST_ROWS:
        why = _("nhiều quá %(most)s dòng trong một tệp") % {"most": MOST_ROWS}
        raise BadTable([str(Problem(path.name, 0, why))])
    return table


def _refusal(kind: Kind, statement: Statement, by: User | Process, refused: dict[int, str]) -> str:
    """Why the person may not state this, asked once a unit; "" when they may."""
    unit = kind.unit_of(statement)
    if unit.pk not in refused:
        try:
            require_keeper(by, unit)
            refused[unit.pk] = ""
        except NotAllowed as error:
            refused[unit.pk] = str(error)
    return refused[unit.pk]


def _told(problems: list[Problem]) -> list[str]:
    ordered = sorted(problems)
    told = [str(problem) for problem in ordered[:MOST_PROBLEMS]]
    if len(ordered) > MOST_PROBLEMS:
        told.append(_("… và %(n)d lỗi nữa") % {"n": len(ordered) - MOST_PROBLEMS})
    return told
