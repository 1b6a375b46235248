"""One bulletin: as it stands, in each of its languages, and as its earlier versions read."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING
from urllib.parse import quote

import segno
from django.conf import settings
from django.http import HttpResponse, HttpResponsePermanentRedirect, HttpResponseRedirect
from django.utils import timezone

from tiengmo.portal import queries
from tiengmo.portal.caching import public_page
from tiengmo.portal.frame import not_found, render
from tiengmo.portal.languages import LANGUAGE_NAMES
from tiengmo.portal.models import Page

from .closing import marked

if TYPE_CHECKING:
    from django.http import HttpRequest

    from tiengmo.portal.queries import Standing


@public_page
def bulletin(request: HttpRequest, slug: str, language: str = "") -> HttpResponse:
    """One bulletin in one language. A withdrawn one says so with 410; an older version moves on.

    A language that it has no edition in leads to the one that there is, never to a dead end.
    """
    page: Standing | Page | None = queries.standing(slug)
    if page is None:
        page = Page.objects.filter(slug=slug).defer("lead", "teaser").first()
        if page is None:
            return not_found(request)
        if page.gone_at is not None:
            return render("withdrawn", {"page": page}, status=410)
        newer = newest_of(page)
        if newer is not None and newer.pk != page.pk:
            return HttpResponsePermanentRedirect(f"/tin/{newer.slug}/")
    article = page.articles.get(language or page.main_language)
    if article is None:
        if language in LANGUAGE_NAMES:
            return HttpResponseRedirect(f"/tin/{slug}/")
        return not_found(request)
    address = f"{settings.PUBLIC_URL}/tin/{slug}/"
    return render(
        "bulletin",
        {
            "page": page,
            "article": marked(article, page.closes_on, timezone.localdate()),
            "versions": versions_of(page.source) if page.changes else [],
            "address": address,
            "address_quoted": quote(address, safe=""),
            "headline_quoted": quote(page.headline, safe=""),
        },
    )


@public_page
def archived(request: HttpRequest, slug: str) -> HttpResponse:
    """An earlier version as it read, with a notice; it stays unless the bulletin is withdrawn."""
    page = Page.objects.filter(slug=slug).defer("lead", "teaser", "articles").first()
    if page is None:
        return not_found(request)
    if page.gone_at is not None:
        return render("withdrawn", {"page": page}, status=410)
    newer = newest_of(page)
    if newer is None or newer.pk == page.pk:
        return HttpResponseRedirect(f"/tin/{slug}/")
    renditions = page.release.renditions.all()
    texts = sorted(renditions, key=lambda one: (one.language != page.main_language, one.language))
    return render(
        "archived",
        {
            "page": page,
            "newer": newer,
            "texts": [(one, LANGUAGE_NAMES.get(one.language, one.language)) for one in texts],
        },
    )


def newest_of(page: Page) -> Page | None:
    """The version that stands in this page's place, or the newest there was."""
    return Page.objects.filter(source=page.source).order_by("-is_current", "-released_at").first()


def versions_of(source: str) -> list[Page]:
    """Every version of a bulletin that readers may see, newest first, with what it changed."""
    return list(
        Page.objects.filter(source=source, gone_at=None)
        .only("slug", "released_at", "changes", "is_current")
        .order_by("-released_at")
    )


@public_page
def qr(request: HttpRequest, slug: str) -> HttpResponse:
    """The page's address as a QR code, for posters and notice boards."""
    if queries.standing(slug) is None:
        return not_found(request)
    drawn = io.BytesIO()
    code = segno.make(f"{settings.PUBLIC_URL}/tin/{slug}/", error="m", micro=False)
    code.save(drawn, kind="svg", scale=4, border=2, dark="#131d3b", light="#fff", xmldecl=False)
    return HttpResponse(drawn.getvalue(), content_type="image/svg+xml")
