"""What the public pages of procedures read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count

from tiengmo.one_stop.models import ProcedureField, ProcedureLevel
from tiengmo.one_stop.queries import offered_procedures

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from tiengmo.one_stop.models import Procedure


@dataclass(frozen=True)
class Counted:
    """A field or a level, with how many procedures it has."""

    code: str
    name: str
    count: int


def fields_with_counts(level: str = "") -> list[Counted]:
    """Fields that have procedures (of that level, when one is named), in their order."""
    counts = _counts("field__code", of_level(offered_procedures(), level))
    rows = ProcedureField.objects.values_list("code", "name")
    return [Counted(code, name, counts[code]) for code, name in rows if code in counts]


def levels_with_counts(field: str = "") -> list[Counted]:
    """Levels that have procedures (in that field, when one is named), in their order."""
    rows = offered_procedures()
    if field:
        rows = rows.filter(field__code=field)
    counts = _counts("level__code", rows)
    levels = ProcedureLevel.objects.values_list("code", "name")
    return [Counted(code, name, counts[code]) for code, name in levels if code in counts]


def of_level(rows: QuerySet[Procedure], level: str) -> QuerySet[Procedure]:
    return rows.filter(level__code=level) if level else rows


def _counts(name: str, rows: QuerySet[Procedure]) -> dict[str, int]:
    return dict(rows.order_by().values_list(name).annotate(n=Count("pk")))
