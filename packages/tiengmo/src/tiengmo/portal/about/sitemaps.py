"""The sitemap: one part for each kind of page, a few thousand addresses a part.

Bulletins are read from their pages; documents, procedures, answers and events from the search
index, where their owners put whatever is public and take out what no longer is.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from django.conf import settings
from django.http import HttpResponse

from tiengmo.channels.press.queries import public_items
from tiengmo.portal import queries
from tiengmo.portal.caching import public_page
from tiengmo.portal.frame import not_found
from tiengmo.search.models import Indexed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from django.db.models import QuerySet
    from django.http import HttpRequest

    Address = tuple[str, datetime | None]

A_PART = 5_000
INDEXED = {
    "van-ban": "document",
    "thu-tuc": "procedure",
    "hoi-dap": "answer",
    "su-kien": "event",
}
NAMES = ("trang", "ban-tin", "bao-chi", *INDEXED)
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
STANDING = (
    "/",
    "/tin/",
    "/van-ban/",
    "/thu-tuc/",
    "/hoi-dap/",
    "/su-kien/",
    "/nghe/",
    "/danh-ba/",
    "/tai-khoan-chinh-thuc/",
    "/canh-bao/",
    "/theo-doi/",
    "/bao-chi/",
    "/bao-chi/tu-lieu/",
    "/khan-cap/",
    "/thong-tin/trach-nhiem/",
    "/thong-tin/tro-nang/",
    "/thong-tin/rieng-tu/",
    "/thong-tin/so-do/",
    "/en/",
    "/en/communes/",
    "/en/emergency/",
)


def _standing() -> Iterator[Address]:
    facts = queries.facts()
    for path in STANDING:
        yield path, None
    for code in facts.topics:
        yield f"/chuyen-muc/{code}/", None
    for unit in facts.communes:
        yield f"/xa/{unit.code}/", None
        yield f"/en/communes/{unit.code}/", None


def _bulletins() -> Iterator[Address]:
    rows = queries.published().order_by("released_at", "pk").values_list("slug", "released_at")
    for slug, released_at in rows.iterator():
        yield f"/tin/{slug}/", released_at


def _press() -> Iterator[Address]:
    """By the clock: what waits for its hour is not named."""
    rows = public_items().prefetch_related(None).order_by("until", "pk")
    for slug, until in rows.values_list("slug", "until").iterator():
        yield f"/bao-chi/{slug}/", until


def _indexed(kind: str) -> QuerySet[Indexed]:
    return Indexed.objects.filter(shelf__kind=kind).order_by("pk")


def _count(name: str) -> int:
    if name == "trang":
        return 1
    if name == "ban-tin":
        return queries.published().count()
    if name == "bao-chi":
        return public_items().count()
    return _indexed(INDEXED[name]).count()


def _addresses(name: str) -> Iterable[Address]:
    if name == "trang":
        return _standing()
    if name == "ban-tin":
        return _bulletins()
    if name == "bao-chi":
        return _press()
    return (
        (url, date) for url, date in _indexed(INDEXED[name]).values_list("url", "date").iterator()
    )


def _parts(name: str) -> int:
    return max(1, -(-_count(name) // A_PART))


@public_page
def index(_request: HttpRequest) -> HttpResponse:
    base = settings.PUBLIC_URL
    return _xml(
        "sitemapindex",
        [
            f"<sitemap><loc>{base}/sitemap-{name}-{number}.xml</loc></sitemap>"
            for name in NAMES
            for number in range(1, _parts(name) + 1)
        ],
    )


@public_page
def part(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """Give one part's addresses."""
    if name not in NAMES or not 1 <= number <= _parts(name):
        return not_found(request)
    lines = []
    for path, date in islice(_addresses(name), (number - 1) * A_PART, number * A_PART):
        changed = f"<lastmod>{date.isoformat(timespec='seconds')}</lastmod>" if date else ""
        lines.append(f"<url><loc>{escape(settings.PUBLIC_URL + path)}</loc>{changed}</url>")
    return _xml("urlset", lines)


def _xml(root: str, lines: list[str]) -> HttpResponse:
    inside = "\n".join(lines)
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{NAMESPACE}">\n{inside}\n'
    text += f"</{root}>\n"
    return HttpResponse(text, content_type="application/xml; charset=utf-8")
