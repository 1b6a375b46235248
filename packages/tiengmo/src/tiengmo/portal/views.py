"""Public pages. Each parses the address, reads, renders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.template import Context
from django.template.loader import get_template
from django.utils.translation import gettext as _

from tiengmo.places.queries import unit_by_code
from tiengmo.portal import alerts, pictures, queries, refusals
from tiengmo.portal.caching import public_page
from tiengmo.portal.models import Page
from tiengmo.voices.web.public import SOON_ASKED_AGAIN
from tiengmo.voices.web.ranges import serve_file

if TYPE_CHECKING:
    from django.http import HttpResponseBase

    from tiengmo.places.models import Unit

A_PAGE = 20
LONGEST_SLUG = 200


def _render(name: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    facts = queries.facts()
    shared = {
        "site_name": facts.name,
        "public_url": settings.PUBLIC_URL,
        "is_demo": settings.IS_DEMO,
    }
    # No request in the context: a public page must not depend on who asks.
    template: Any = get_template(f"portal/{name}.html")
    return HttpResponse(template.template.render(Context(shared | context)), status=status)


@public_page
def home(_request: HttpRequest) -> HttpResponse:
    """What is new, and the way to every commune."""
    pages = queries.on_home()
    return _render(
        "home",
        {
            "lead": pages[0][0] if pages else "",
            "teasers": "".join(teaser for _lead, teaser in pages[1:]),
            "communes_html": queries.facts().communes_html,
            "banner": alerts.banner(),
        },
    )


@public_page
def bulletins(request: HttpRequest) -> HttpResponse:
    """All bulletins, newest first, twenty a page."""
    return _bulletin_list(request, None)


@public_page
def commune(request: HttpRequest, code: str) -> HttpResponse:
    """One commune: its bulletins, its villages and their loudspeakers."""
    unit = unit_by_code(code)
    if unit is None:
        return not_found(request)
    return _bulletin_list(request, unit)


def _bulletin_list(request: HttpRequest, unit: Unit | None) -> HttpResponse:
    teasers = queries.published(unit).values_list("teaser", flat=True)
    page = Paginator(teasers, A_PAGE).get_page(request.GET.get("trang"))
    context: dict[str, Any] = {"teasers": "".join(page.object_list), "page": page, "unit": unit}
    if unit is not None:
        context |= {
            "villages": queries.villages_with_boxes(unit),
            "households": queries.households(unit),
            "box_count": queries.box_count(unit),
            "banner": alerts.banner(unit),
        }
    return _render("commune" if unit else "bulletins", context)


@public_page
def bulletin(request: HttpRequest, slug: str, language: str = "") -> HttpResponse:
    """One bulletin in one language. A withdrawn one says so with 410; an older version moves on."""
    page: queries.Standing | Page | None = queries.standing(slug)
    if page is None:
        page = Page.objects.filter(slug=slug).defer("lead", "teaser").first()
        if page is None:
            return not_found(request)
        if page.gone_at is not None:
            return _render("withdrawn", {"page": page}, status=410)
        newer = Page.objects.filter(source=page.source).order_by("-released_at").first()
        if newer is not None and newer.pk != page.pk:
            return HttpResponsePermanentRedirect(f"/tin/{newer.slug}/")
    article = page.articles.get(language or page.main_language)
    if article is None:
        return not_found(request)
    return _render("bulletin", {"page": page, "article": article})


def picture(request: HttpRequest, name: str) -> HttpResponseBase:
    """The picture of a page that stands; 410 when every page that had it was taken back."""
    if request.method not in ("GET", "HEAD"):
        return refusals.wrong_method("GET, HEAD")
    pages = Page.objects.filter(picture_name=name).order_by("-is_current")
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


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say in Vietnamese that there is no such page, and where to go."""
    del request, exception
    return _render("message", {"title": _("Không có trang này"), "code": 404}, status=404)


def failed(_request: HttpRequest) -> HttpResponse:
    """Say that something broke on our side; needs no database."""
    text = get_template("portal/failed.html").render({})
    return HttpResponse(text, status=500)


@public_page
def robots(_request: HttpRequest) -> HttpResponse:
    lines = ["User-agent: *", "Disallow: /quan-tri/", f"Sitemap: {settings.PUBLIC_URL}/sitemap.xml"]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@public_page
def sitemap(_request: HttpRequest) -> HttpResponse:
    text = get_template("portal/sitemap.xml").render(
        {
            "public_url": settings.PUBLIC_URL,
            "releases": queries.published()[:5000],
            "communes": queries.facts().communes,
        }
    )
    return HttpResponse(text, content_type="application/xml; charset=utf-8")
