"""Public pages. Each parses the address, reads, renders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.portal import alerts, pictures, queries, refusals
from tiengmo.portal.bulletins.closing import marked
from tiengmo.portal.caching import public_page
from tiengmo.portal.frame import not_found, render
from tiengmo.portal.home import newest
from tiengmo.portal.models import Page
from tiengmo.voices.web.public import SOON_ASKED_AGAIN
from tiengmo.voices.web.ranges import serve_file

if TYPE_CHECKING:
    from datetime import date

    from django.http import HttpResponseBase


@public_page
def home(_request: HttpRequest) -> HttpResponse:
    """What is new, what a citizen needs most, and the way to every commune."""
    pages = queries.on_home()
    today = timezone.localdate()
    facts = queries.facts()
    return render(
        "home",
        {
            "lead": marked(pages[0].lead, pages[0].closes_on, today) if pages else "",
            "teasers": "".join(marked(page.teaser, page.closes_on, today) for page in pages[1:]),
            "heard": [page for page in pages[1:] if page.mp3][: queries.HEARD],
            "open_calls": _open_calls(today),
            "categories_html": facts.categories_html,
            "communes_html": facts.communes_html,
            "events": newest.events.html(),
            "documents": newest.documents.html(),
            "answers": newest.answers.html(),
            "banner": alerts.banner(),
        },
    )


def _open_calls(today: date) -> str:
    calls = queries.open_calls(today)
    return render_to_string("portal/_open_calls.html", {"calls": calls}) if calls else ""


def picture(request: HttpRequest, name: str) -> HttpResponseBase:
    """The picture of a page that stands; 410 when every page that had it was taken back."""
    if request.method not in ("GET", "HEAD"):
        return refusals.wrong_method("GET, HEAD")
    # A smaller copy is as public as the picture it was made from.
    released = [name[:64] + suffix for suffix in pictures.MEDIA_TYPES]
    pages = Page.objects.filter(picture_name__in=released).order_by("-is_current")
    is_current = pages.values_list("is_current", flat=True).first()
    path = pictures.path_of(name)
    if is_current is None or not path.is_file():
        return not_found(request)
    if not is_current:
        title, why = _("Ảnh này đã được gỡ"), _("Ảnh đi cùng một bản tin đã gỡ.")
        gone = refusals.page(title, why, status=410)
        gone["Cache-Control"] = SOON_ASKED_AGAIN
        return gone
    return serve_file(
        request,
        path,
        media_type=pictures.MEDIA_TYPES[path.suffix],
        etag=path.stem,
        cache_control=SOON_ASKED_AGAIN,
    )


def failed(_request: HttpRequest) -> HttpResponse:
    """Say that something broke on our side; needs no database."""
    title, text = refusals.our_fault()
    return refusals.page(title, text, status=500)


@public_page
def robots(_request: HttpRequest) -> HttpResponse:
    # Every combination of what a search may be narrowed by is an address: none for crawlers.
    kept_out = ["/quan-tri/", "/tim-kiem/?", "/tim-kiem/goi-y/"]
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in kept_out)]
    lines.append(f"Sitemap: {settings.PUBLIC_URL}/sitemap.xml")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
