"""What the press office's pages share."""

from __future__ import annotations

import csv
from functools import wraps
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse

from tiengmo.channels.press.rights import works_with_press

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from django.utils.functional import Promise

    from tiengmo.people.staff import StaffRequest

# (label, name of the address) of pages that higher rooms add to the press office's first one.
MORE_PAGES: list[tuple[Promise, str]] = []


def add_page(label: Promise, url_name: str) -> None:
    """Link a page from the press office's first one; from an AppConfig's `ready`."""
    if (label, url_name) not in MORE_PAGES:
        MORE_PAGES.append((label, url_name))


ICON = "doc-full-inverse"
# What a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def for_the_press_office(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorate a page that only editors and approvers of the locality open."""

    @wraps(view)
    def wrapped(request: StaffRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not works_with_press(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return wrapped


def csv_file(name: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """A table that spreadsheets read."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    # Excel takes a file without this mark for windows-1258.
    response.write("\ufeff")
    table = csv.writer(response)
    table.writerow(heads)
    for row in rows:
        table.writerow([_safe(cell) for cell in row])
    return response


def _safe(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
