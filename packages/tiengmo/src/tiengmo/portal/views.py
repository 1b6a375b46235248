"""Public pages. Each parses the address, reads, renders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.template.loader import get_template
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from tiengmo.places.queries import areas_label, unit_by_code
from tiengmo.places.rules import grouped
from tiengmo.portal import queries
from tiengmo.portal.caching import public_page
from tiengmo.releases.models import Release

if TYPE_CHECKING:
    from tiengmo.places.models import Unit

ON_HOME = 13
A_PAGE = 20
LANGUAGE_NAMES = {
    "vi": "Tiếng Việt",
    "hmn": "Tiếng Hmông",
    "ium": "Tiếng Dao",
    "pcc": "Tiếng Giáy",
    "tyz": "Tiếng Tày",
    "hni": "Tiếng Hà Nhì",
}


def _render(name: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    shared = {
        "site_name": _site_name(),
        "public_url": settings.PUBLIC_URL,
        "is_demo": settings.IS_DEMO,
    }
    # No request in the context: a public page must not depend on who asks.
    text = get_template(f"portal/{name}.html").template.render(_context(shared | context))  # type: ignore[attr-defined]
    return HttpResponse(text, status=status)


def _context(values: dict[str, Any]) -> Any:
    from django.template import Context

    return Context(values)


def _site_name() -> str:
    unit = queries.locality()
    return unit.name if unit else "Tiếng Mõ"


@public_page
def home(_request: HttpRequest) -> HttpResponse:
    """What is new, and the way to every commune."""
    items = queries.items(list(queries.published()[:ON_HOME]))
    return _render(
        "home",
        {"lead": items[0] if items else None, "items": items[1:], "communes": queries.communes()},
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
    releases = Paginator(queries.published(unit), A_PAGE)
    page = releases.get_page(request.GET.get("trang"))
    context: dict[str, Any] = {
        "items": queries.items(list(page.object_list)),
        "page": page,
        "unit": unit,
    }
    if unit is not None:
        villages = queries.villages_with_boxes(unit)
        context |= {
            "villages": villages,
            "households": grouped(sum(village.households for village in villages)),
            "box_count": queries.box_count(unit),
        }
    return _render("commune" if unit else "bulletins", context)


@public_page
def bulletin(request: HttpRequest, slug: str, language: str = "") -> HttpResponse:
    """One bulletin in one language. A withdrawn one says so with 410; an older version moves on."""
    release = Release.objects.filter(slug=slug).select_related("unit").first()
    if release is None or release.released_at is None or queries.CHANNEL not in release.channels:
        return not_found(request)
    if release.status == Release.Status.WITHDRAWN:
        return _render("withdrawn", {"release": release}, status=410)
    newest = queries.published().filter(
        source_type=release.source_type, source_id=release.source_id
    )
    current = newest.first()
    if current is None:
        return not_found(request)
    if current.pk != release.pk:
        return HttpResponsePermanentRedirect(f"/tin/{current.slug}/")
    renditions = {r.language: r for r in release.renditions.all()}
    shown = renditions.get(language or queries.MAIN_LANGUAGE)
    if shown is None and not language:
        shown = next(iter(renditions.values()), None)
    if shown is None:
        return not_found(request)
    return _render(
        "bulletin",
        {
            "release": release,
            "rendition": shown,
            "summary": "" if _begins_with(shown.body_html, shown.summary) else shown.summary,
            "others": [
                (r.language, LANGUAGE_NAMES.get(r.language, r.language))
                for r in renditions.values()
                if r is not shown
            ],
            "audience": areas_label(release.audience),
            "corrects": release.replaces,
        },
    )


def _begins_with(body_html: str, summary: str) -> bool:
    """Say whether the article opens with its own summary: a reader need not read it twice."""
    opening = " ".join(strip_tags(body_html).split())
    return opening.startswith(" ".join(summary.split())[:60])


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
            "communes": queries.communes(),
        }
    )
    return HttpResponse(text, content_type="application/xml; charset=utf-8")
