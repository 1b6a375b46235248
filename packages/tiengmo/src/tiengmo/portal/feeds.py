"""RSS with the sound enclosed, so that a podcast player can follow a locality or a commune."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponse
from django.utils.feedgenerator import Enclosure, Rss201rev2Feed

from tiengmo.channels.partners.rules import EVERYTHING, Topic
from tiengmo.places.queries import unit_by_code
from tiengmo.portal import queries
from tiengmo.portal.caching import public_page
from tiengmo.portal.frame import not_found

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpRequest
    from django.utils.xmlutils import SimplerXMLGenerator

    from tiengmo.portal.models import Page

A_FEED = 50
ITUNES = "http://www.itunes.com/dtds/podcast-1.0.dtd"


class PodcastFeed(Rss201rev2Feed):
    """RSS 2.0 with the duration that podcast players show."""

    def rss_attributes(self) -> dict[str, str]:
        return {**super().rss_attributes(), "xmlns:itunes": ITUNES}

    def add_root_elements(self, handler: SimplerXMLGenerator) -> None:
        super().add_root_elements(handler)
        if atom_url := self.feed.get("atom_url"):
            link = {"rel": "alternate", "type": "application/atom+xml", "href": str(atom_url)}
            handler.addQuickElement("atom:link", None, link)

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, object]) -> None:
        super().add_item_elements(handler, item)
        if seconds := item.get("duration_seconds"):
            handler.addQuickElement("itunes:duration", str(seconds))


@public_page
def feed(request: HttpRequest, code: str = "") -> HttpResponse:
    """Give the newest fifty bulletins of the locality or of one unit."""
    unit = unit_by_code(code) if code else None
    if code and unit is None:
        return not_found(request)
    name = unit.name if unit else queries.facts().name
    pages = queries.published(unit)[:A_FEED]
    topic = Topic(f"xa/{code}") if code else EVERYTHING
    return rss_of(request, pages, name=name, path=f"xa/{code}/" if code else "", atom=topic)


@public_page
def category_feed(request: HttpRequest, code: str) -> HttpResponse:
    """Give the newest fifty bulletins of one category."""
    topic = queries.facts().topics.get(code)
    if topic is None:
        return not_found(request)
    return rss_of(
        request,
        queries.published().filter(category=code)[:A_FEED],
        name=f"{queries.facts().name} – {topic.name}",
        path=f"chuyen-muc/{code}/",
        atom=Topic(f"chuyen-muc/{code}"),
    )


def rss_of(
    request: HttpRequest, pages: Iterable[Page], *, name: str, path: str, atom: Topic | None = None
) -> HttpResponse:
    """Write these pages as a feed of what `name` names and `path` shows.

    atom: the feed of the same that other systems subscribe to (channels.partners).
    """
    rss = PodcastFeed(
        title=f"{name} – bản tin",
        link=f"{settings.PUBLIC_URL}/{path}",
        description=f"Bản tin chính thức của {name}, có tiếng để nghe.",
        language="vi",
        feed_url=f"{settings.PUBLIC_URL}{request.path}",
        atom_url=f"{settings.PUBLIC_URL}{atom.path}" if atom is not None else "",
    )
    for item in pages:
        link = f"{settings.PUBLIC_URL}/tin/{item.slug}/"
        enclosures = []
        if item.mp3_sha256:
            url = f"{settings.PUBLIC_URL}/am-thanh/{item.mp3_sha256}.mp3"
            enclosures.append(Enclosure(url, str(item.mp3_bytes or 0), "audio/mpeg"))
        rss.add_item(
            title=item.headline,
            link=link,
            description=item.summary,
            pubdate=item.released_at,
            unique_id=link,
            author_name=item.unit_name,
            enclosures=enclosures,
            duration_seconds=round((item.sound_duration_ms or 0) / 1000),
        )
    return HttpResponse(rss.writeString("utf-8"), content_type="application/rss+xml; charset=utf-8")
