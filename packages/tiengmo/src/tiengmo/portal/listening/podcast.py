"""A podcast of what a station's loudspeakers said in one language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpResponse
from django.templatetags.static import static
from django.utils.feedgenerator import Enclosure
from django.utils.translation import gettext as _

from tiengmo.portal.feeds import PodcastFeed
from tiengmo.portal.languages import LANGUAGE_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.utils.xmlutils import SimplerXMLGenerator

    from tiengmo.places.models import Unit
    from tiengmo.releases.models import Rendition

A_FEED = 100


class StationFeed(PodcastFeed):
    """What podcast directories ask of a channel besides RSS 2.0 (Apple's RSS requirements)."""

    def add_root_elements(self, handler: SimplerXMLGenerator) -> None:
        super().add_root_elements(handler)
        told: dict[str, Any] = self.feed
        handler.addQuickElement("itunes:author", told["station"])
        handler.addQuickElement("itunes:summary", told["description"])
        handler.addQuickElement("itunes:explicit", "false")
        handler.addQuickElement("itunes:type", "episodic")
        handler.addQuickElement("itunes:image", attrs={"href": told["picture"]})
        handler.addQuickElement("itunes:category", attrs={"text": "Government"})

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        handler.addQuickElement("itunes:author", item["station"])
        handler.addQuickElement("itunes:explicit", "false")
        handler.addQuickElement("itunes:episodeType", "full")


def podcast_of(unit: Unit, language: str, sounds: Iterable[Rendition]) -> HttpResponse:
    """Write a station's newest sounds in one language as a podcast."""
    here = f"{settings.PUBLIC_URL}/nghe/{unit.code}/{language}/"
    name = LANGUAGE_NAMES.get(language, language)
    title = _("Loa truyền thanh %(unit)s") % {"unit": unit.name}
    feed = StationFeed(
        title=f"{title} – {name}",
        link=here,
        description=_("Những gì loa truyền thanh %(unit)s đã phát, %(language)s.")
        % {"unit": unit.name, "language": name.lower()},
        language=language,
        feed_url=f"{here}podcast.xml",
        station=unit.name,
        picture=f"{settings.PUBLIC_URL}{static('portal/listening/cover.png')}",
    )
    for sound in sounds:
        page = sound.release.portal_page
        main = f"{settings.PUBLIC_URL}/tin/{page.slug}/"
        feed.add_item(
            title=sound.headline,
            link=main if language == page.main_language else f"{main}{language}/",
            description=sound.summary or sound.headline,
            pubdate=page.released_at,
            # The sound itself: a correction is another episode.
            unique_id=f"tiengmo:{sound.mp3_sha256}",
            unique_id_is_permalink=False,
            author_name=None,
            station=page.unit_name,
            enclosures=[
                Enclosure(
                    f"{settings.PUBLIC_URL}/am-thanh/{sound.mp3_sha256}.mp3",
                    str(sound.mp3_bytes or 0),
                    "audio/mpeg",
                )
            ],
            duration_seconds=round((sound.sound_duration_ms or 0) / 1000),
        )
    return HttpResponse(
        feed.writeString("utf-8"), content_type="application/rss+xml; charset=utf-8"
    )
