"""A table as a file that spreadsheets read, and that can be loaded again."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from django.http import HttpResponse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tiengmo.connectivity.tables import Kind

# What a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_of(kind: Kind, rows: Iterable[dict[str, str]], name: str) -> HttpResponse:
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    # Excel takes a file without this mark for windows-1258.
    response.write("\ufeff")
    table = csv.writer(response)
    table.writerow([column.label for column in kind.columns])
    for row in rows:
        table.writerow([_safe(row.get(column.name, "")) for column in kind.columns])
    return response


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
