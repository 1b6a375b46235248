"""Which pages and accounts are the authorities' own: a list, a check of an address, open data."""

from __future__ import annotations

import csv
import io
import json
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpResponse

from tiengmo.channels.social.register.addresses import LONGEST_ADDRESS
from tiengmo.channels.social.register.listing import judge, matching, official, retired
from tiengmo.places.queries import unit_by_code, units_below
from tiengmo.portal.accounts.listeners import PLACE
from tiengmo.portal.caching import public_page
from tiengmo.portal.frame import not_found, render

if TYPE_CHECKING:
    from django.http import HttpRequest

    from tiengmo.channels.social.register.listing import Found

LONGEST_QUESTION = 100


@public_page
def register(request: HttpRequest) -> HttpResponse:
    """The official accounts by unit; `q` searches, `xa` is one unit, `dia-chi` is asked about."""
    asked = request.GET.get("q", "").strip()[:LONGEST_QUESTION]
    typed = request.GET.get("dia-chi", "").strip()[:LONGEST_ADDRESS]
    code = request.GET.get("xa", "").strip()[:20]
    rows = official().order_by("unit__name", "unit__code", "network", "name")
    unit = None
    if code:
        unit = unit_by_code(code)
        if unit is None:
            return not_found(request)
        rows = rows.filter(unit__in=units_below(unit))
    found = matching(rows, asked) if asked else list(rows)
    ended = retired().order_by("-retired_at")
    return render(
        "accounts/register",
        {
            "groups": [
                (owner, list(group)) for owner, group in groupby(found, key=lambda one: one.unit)
            ],
            "number": len(found),
            "total": official().count() if asked or code else len(found),
            "ended": [] if asked or code else list(ended),
            "unit": unit,
            "asked": asked,
            "typed": typed,
            "found": _told(judge(typed)) if typed else None,
        },
    )


def _told(found: Found) -> dict[str, Any]:
    return {"verdict": found.verdict.value, "account": found.account, "alike": found.alike}


def rows_of() -> list[dict[str, Any]]:
    """Official and retired accounts, as open data."""
    accounts = [*official(), *retired()]
    return [
        {
            "network": one.network,
            "name": one.name,
            "address": one.address,
            "id": one.external_id,
            "unit_code": one.unit.code,
            "unit": one.unit.name,
            "status": one.status,
            "since": one.since_on.isoformat(),
            "verified": one.verified_at.date().isoformat() if one.verified_at else "",
            "retired": one.retired_at.date().isoformat() if one.retired_at else "",
            "retired_reason": one.retired_reason,
        }
        for one in accounts
    ]


FIELDS = (
    *("network", "name", "address", "id", "unit_code", "unit", "status", "since", "verified"),
    *("retired", "retired_reason"),
)


@public_page
def as_json(_request: HttpRequest) -> HttpResponse:
    given = {"source": settings.PUBLIC_URL + PLACE, "accounts": rows_of()}
    text = json.dumps(given, ensure_ascii=False, indent=1)
    return HttpResponse(text, content_type="application/json; charset=utf-8")


@public_page
def as_csv(_request: HttpRequest) -> HttpResponse:
    file = io.StringIO()
    writer = csv.DictWriter(file, FIELDS)
    writer.writeheader()
    for row in rows_of():
        writer.writerow({name: _as_cell(value) for name, value in row.items()})
    # The mark that has spreadsheets read it as UTF-8.
    response = HttpResponse("\ufeff" + file.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="tai-khoan-chinh-thuc.csv"'
    return response


def _as_cell(value: str) -> str:
    # A name that begins so is a formula to a spreadsheet.
    return f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t") else value
