"""A feed for one village: what was addressed to it, or to a unit it lies in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiengmo.places.models import Village
from tiengmo.places.queries import area_path
from tiengmo.portal import feeds, queries
from tiengmo.portal.caching import public_page
from tiengmo.portal.frame import not_found

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@public_page
def village(request: HttpRequest, code: str) -> HttpResponse:
    found = Village.objects.select_related("unit").filter(code=code).first()
    if found is None:
        return not_found(request)
    path = set(area_path(found))
    # Pages of the commune are listed under it whichever of its villages they are for.
    newest = queries.published(found.unit).select_related("release")[:300]
    pages = [page for page in newest if path.intersection(page.release.audience)]
    return feeds.rss_of(
        request, pages[: feeds.A_FEED], name=found.name, path=f"xa/{found.unit.code}/"
    )
