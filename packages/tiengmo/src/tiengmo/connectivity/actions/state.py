from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from tiengmo.audit.actions import record
from tiengmo.connectivity.errors import BadEntry
from tiengmo.connectivity.rights import require_keeper
from tiengmo.connectivity.tables.cells import Cells, Known

from .keep import Kept, keep

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiengmo.audit.actors import Process
    from tiengmo.connectivity.tables import Kind
    from tiengmo.people.models import User


def state_one(kind: Kind, values: Mapping[str, str], *, by: User | Process) -> Kept:
    """Write one row down, as a line of a file would: `values` by column.

    Raises BadEntry (what is wrong, by column), NotAllowed, ConnectivityError.
    """
    cells = Cells(dict(values), Known.now())
    statements = kind.read(cells)
    if cells.problems or not statements:
        fields: dict[str, str] = {}
        for column, why in cells.problems:
            fields[column] = f"{fields[column]} {why}" if column in fields else why
        raise BadEntry(fields)
    require_keeper(by, kind.unit_of(statements[0]))
    with transaction.atomic():
        kept = keep(kind, statements, by=by)
        if kept.new or kept.corrected:
            record(
                "connectivity.stated",
                by=by,
                subject=str(statements[0]),
                detail={"kind": kind.code, "new": kept.new, "corrected": kept.corrected},
            )
    return kept
