"""The press page: what may be printed, by the clock; whom to ask; what may be used with it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponsePermanentRedirect
from django.utils import timezone
from django.utils.feedgenerator import Rss201rev2Feed
from django.utils.translation import gettext as _

from tiengmo.channels.press.listening import PICTURES
from tiengmo.channels.press.models import KitFile, PressItem, Spokesperson
from tiengmo.channels.press.queries import newer_public, public_items, was_public
from tiengmo.foundation import blobs
from tiengmo.foundation.office_files import MEDIA_TYPES
from tiengmo.portal import queries, refusals
from tiengmo.portal.caching import public_page
from tiengmo.portal.frame import not_found, render
from tiengmo.portal.languages import LANGUAGE_NAMES
from tiengmo.voices.web.public import SOON_ASKED_AGAIN
from tiengmo.voices.web.ranges import serve_file

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponseBase

    from tiengmo.releases.models import Release, Rendition

A_PAGE = 20
A_FEED = 50
MAIN = "vi"


def renditions_of(release: Release) -> list[Rendition]:
    """Every language, the main one first."""
    return sorted(release.renditions.all(), key=lambda one: (one.language != MAIN, one.language))


def rows_of(items: object) -> list[tuple[PressItem, Rendition]]:
    """Each with the text that stands for it."""
    found = []
    for one in items:  # type: ignore[attr-defined]
        texts = renditions_of(one.release)
        if texts:
            found.append((one, texts[0]))
    return found


@public_page
def home(request: HttpRequest) -> HttpResponse:
    """Releases for the press, newest first, and whom to ask."""
    shown = Paginator(public_items(), A_PAGE).get_page(request.GET.get("trang"))
    return render(
        "press/home",
        {
            "rows": rows_of(shown),
            "shown": shown,
            "people": Spokesperson.objects.all(),
            "has_kit": KitFile.objects.filter(removed_at=None).exists(),
        },
    )


@public_page
def item(request: HttpRequest, slug: str) -> HttpResponse:
    """One release. Before its hour it does not exist; taken back, it says why, with 410."""
    now = timezone.now()
    found = PressItem.objects.select_related("release__unit").filter(slug=slug).first()
    if found is None or not was_public(found, now):
        return not_found(request)
    newer = newer_public(found, now)
    if newer is not None:
        return HttpResponsePermanentRedirect(f"/bao-chi/{newer.slug}/")
    texts = renditions_of(found.release)
    if found.gone_at is not None or (found.dropped_at is not None and found.dropped_at <= now):
        gone = {
            "headline": texts[0].headline if texts else found.release.title,
            "gone_at": found.gone_at or found.dropped_at,
            "gone_reason": found.gone_reason or _("Đã có bản mới thay cho bản này."),
        }
        return render("withdrawn", {"page": gone}, status=410)
    return render(
        "press/item",
        {
            "item": found,
            "texts": [(one, LANGUAGE_NAMES.get(one.language, one.language)) for one in texts],
            "main": texts[0],
            "people": Spokesperson.objects.all(),
            "picture": texts[0].picture if found.picture_sha256 else {},
        },
    )


def picture(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The picture of what may be printed."""
    if request.method not in ("GET", "HEAD"):
        return refusals.wrong_method("GET, HEAD")
    found = public_items().filter(slug=slug).first()
    if found is None:
        return not_found(request)
    return serve_picture(request, found, cache_control=SOON_ASKED_AGAIN)


def serve_picture(
    request: HttpRequest, found: PressItem, *, cache_control: str
) -> HttpResponseBase:
    if not found.picture_sha256 or not blobs.exists(found.picture_sha256, found.picture_suffix):
        return not_found(request)
    return serve_file(
        request,
        blobs.path(found.picture_sha256, found.picture_suffix),
        media_type=PICTURES[found.picture_suffix],
        etag=found.picture_sha256,
        cache_control=cache_control,
    )


@public_page
def feed(request: HttpRequest) -> HttpResponse:
    """The newest fifty that may be printed, as a web feed."""
    name = queries.facts().name
    rss = Rss201rev2Feed(
        title=f"{name} – báo chí",
        link=f"{settings.PUBLIC_URL}/bao-chi/",
        description=f"Thông cáo báo chí của {name}.",
        language="vi",
        feed_url=f"{settings.PUBLIC_URL}{request.path}",
    )
    for one, text in rows_of(public_items()[:A_FEED]):
        link = f"{settings.PUBLIC_URL}/bao-chi/{one.slug}/"
        rss.add_item(
            title=text.headline,
            link=link,
            description=text.summary,
            pubdate=one.until,
            unique_id=link,
            author_name=one.release.unit.name,
        )
    return HttpResponse(rss.writeString("utf-8"), content_type="application/rss+xml; charset=utf-8")


@public_page
def kit(_request: HttpRequest) -> HttpResponse:
    """Pictures and documents that the press may use, each with its right."""
    return render("press/kit", {"files": KitFile.objects.filter(removed_at=None)})


def kit_file(request: HttpRequest, pk: UUID, name: str) -> HttpResponseBase:
    """One of them, under its own name; 410 when it was taken away."""
    if request.method not in ("GET", "HEAD"):
        return refusals.wrong_method("GET, HEAD")
    found = KitFile.objects.filter(pk=pk, name=name).first()
    if found is None or not blobs.exists(found.sha256, found.suffix):
        return not_found(request)
    if found.removed_at is not None:
        gone = refusals.page(
            _("Tư liệu này đã được gỡ"), _("Cơ quan không còn cung cấp tư liệu này."), status=410
        )
        gone["Cache-Control"] = SOON_ASKED_AGAIN
        return gone
    media_type = PICTURES.get(found.suffix) or MEDIA_TYPES[found.suffix]
    response = serve_file(
        request,
        blobs.path(found.sha256, found.suffix),
        media_type=media_type,
        etag=found.sha256,
        cache_control=SOON_ASKED_AGAIN,
    )
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(found.name, safe='')}"
    return response
