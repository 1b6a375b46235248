"""English for structure and contacts; what people wrote in Vietnamese is not translated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiengmo.directory.queries import first_contacts, offices_of, officials_of
from tiengmo.places.queries import unit_by_code, units_in_force
from tiengmo.portal import queries
from tiengmo.portal.caching import public_page
from tiengmo.portal.frame import render

from .names import in_english

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from tiengmo.places.models import Unit


def _with_villages() -> QuerySet[Unit]:
    return units_in_force().filter(villages__isnull=False).distinct().order_by("name")


@public_page
def home(_request: HttpRequest) -> HttpResponse:
    facts = queries.facts()
    return render(
        "en/home",
        {
            "place": in_english(facts.name),
            "topics": facts.used_topics,
            "units": [(unit.code, in_english(unit.name)) for unit in _with_villages()],
        },
    )


@public_page
def communes(_request: HttpRequest) -> HttpResponse:
    """Every unit with the first office to turn to."""
    rows = [(in_english(row.unit.name), row) for row in first_contacts(_with_villages())]
    return render("en/communes", {"place": in_english(queries.facts().name), "rows": rows})


@public_page
def commune(_request: HttpRequest, code: str) -> HttpResponse:
    """One unit's offices and the people in them. An unknown one leads to the list, not nowhere."""
    unit = unit_by_code(code)
    place = in_english(queries.facts().name)
    if unit is None:
        return render("en/missing", {"place": place}, status=404)
    return render(
        "en/commune",
        {
            "place": place,
            "unit": unit,
            "name": in_english(unit.name),
            "offices": offices_of(unit),
            "officials": officials_of(unit),
        },
    )


@public_page
def emergency(_request: HttpRequest) -> HttpResponse:
    return render("en/emergency", {"place": in_english(queries.facts().name)})
