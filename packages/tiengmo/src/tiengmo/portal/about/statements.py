"""Statements that are true of this installation, and the numbers to call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiengmo.directory.queries import first_contacts
from tiengmo.places.queries import units_in_force
from tiengmo.portal import alerts, queries
from tiengmo.portal.caching import public_page
from tiengmo.portal.frame import not_found, render

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

STATEMENTS = ("tro-nang", "rieng-tu", "trach-nhiem")


@public_page
def statement(request: HttpRequest, name: str) -> HttpResponse:
    """On accessibility, on privacy, on who is responsible."""
    if name not in STATEMENTS:
        return not_found(request)
    return render(f"about/{name}", {"facts": queries.facts()})


@public_page
def map_of_site(_request: HttpRequest) -> HttpResponse:
    """Every room of the site on one page."""
    return render("about/so-do", {"facts": queries.facts()})


@public_page
def emergency(_request: HttpRequest) -> HttpResponse:
    """Whom to call; kept by browsers for when there is no network."""
    units = units_in_force().filter(villages__isnull=False).distinct().order_by("name")
    rows = [row for row in first_contacts(units) if row.office is not None and row.office.phone]
    return render("about/khan-cap", {"rows": rows, "banner": alerts.banner()})
