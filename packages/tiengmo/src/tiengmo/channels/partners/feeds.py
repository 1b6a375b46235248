"""Atom as partners fetch it and as it is pushed: lasting ids, tombstones (RFC 6721)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.sax.xmlreader import AttributesImpl

import lxml.html
from django.conf import settings
from django.utils.feedgenerator import Atom1Feed, rfc3339_date
from django.utils.html import escape
from django.utils.translation import gettext as _
from lxml.etree import ParserError

from tiengmo.channels.messages.composing import rendition_for
from tiengmo.channels.partners.rules import HUB, Topic
from tiengmo.places.queries import top_units, unit_by_code

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django.utils.xmlutils import SimplerXMLGenerator

    from tiengmo.channels.partners.models import Item

MEDIA_TYPE = "application/atom+xml"
TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"
# What XML 1.0 has no place for (section 2.2).
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class PartnersFeed(Atom1Feed):
    """Atom with a hub, whole articles, and what is gone."""

    content_type = f"{MEDIA_TYPE}; charset=utf-8"

    def __init__(self, *arguments: object, gone: Iterable[Item], **fields: object) -> None:
        super().__init__(*arguments, **fields)  # type: ignore[arg-type]
        self.gone = list(gone)

    def root_attributes(self) -> dict[str, str]:
        return {**super().root_attributes(), "xmlns:at": TOMBSTONES}

    def latest_post_date(self) -> datetime:
        times = [one.updated_at for one in self.gone]
        times += [item["updateddate"] for item in self.items]
        return max(times) if times else super().latest_post_date()

    def add_root_elements(self, handler: SimplerXMLGenerator) -> None:
        super().add_root_elements(handler)
        handler.addQuickElement("link", "", {"rel": "hub", "href": f"{settings.PUBLIC_URL}{HUB}"})
        for one in self.gone:
            when = rfc3339_date(one.updated_at)
            attributes = AttributesImpl({"ref": id_of(one), "when": when})
            handler.startElement("at:deleted-entry", attributes)
            handler.addQuickElement("at:comment", cleaned(one.gone_reason), {"xml:lang": "vi"})
            handler.endElement("at:deleted-entry")

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, str]) -> None:
        super().add_item_elements(handler, item)
        attributes = {"type": "html", "xml:lang": item["lang"]}
        handler.addQuickElement("content", item["body"], attributes)


def feed_of(topic: Topic, items: Iterable[Item]) -> bytes:
    """The document with these items, of a feed or of what changed in it. UTF-8."""
    items = list(items)
    tops = top_units()
    place = tops[0].name if tops else "Tiếng Mõ"
    feed = PartnersFeed(
        title=_("%(name)s – bản tin cho hệ thống bạn") % {"name": _name_of(topic, items, place)},
        link=f"{settings.PUBLIC_URL}/",
        description=None,
        language="vi",
        author_name=place,
        feed_url=address_of(topic),
        feed_guid=address_of(topic),
        gone=[one for one in items if one.gone_at is not None],
    )
    for item in items:
        if item.gone_at is None:
            _add(feed, item)
    return feed.writeString("utf-8").encode()


def address_of(topic: Topic) -> str:
    return f"{settings.PUBLIC_URL}{topic.path}"


def links_of(topic: Topic) -> str:
    """The Link header that discovery and every push carry (WebSub, 4 and 7)."""
    return f'<{settings.PUBLIC_URL}{HUB}>; rel="hub", <{address_of(topic)}>; rel="self"'


def id_of(item: Item) -> str:
    return f"urn:uuid:{item.atom_id}"


def cleaned(text: str) -> str:
    """Without the control characters that would make the whole feed unreadable."""
    return _NO_XML.sub("", text)


def body_of(body_html: str, base: str) -> str:
    """The article with whole addresses: it is read elsewhere. base: ours."""
    text = cleaned(body_html)
    if not text.strip():
        return ""
    try:
        tree = lxml.html.fragment_fromstring(text, create_parent="div")
    except (ParserError, ValueError):
        return ""
    tree.make_links_absolute(f"{base}/", resolve_base_href=False, handle_failures="discard")
    whole: str = lxml.html.tostring(tree, encoding="unicode")
    return whole


def _add(feed: PartnersFeed, item: Item) -> None:
    release = item.release
    rendition = rendition_for(release, ["vi"])
    if rendition is None:
        return
    path = f"/tin/{release.slug}/" if "portal" in release.channels else f"/xa/{release.unit.code}/"
    feed.add_item(
        title=cleaned(rendition.headline),
        link=f"{settings.PUBLIC_URL}{path}",
        # Atom1Feed writes it as HTML.
        description=escape(cleaned(rendition.summary or rendition.short_text)),
        author_name=release.unit.name,
        unique_id=id_of(item),
        pubdate=item.published_at,
        updateddate=item.updated_at,
        categories=[release.category_name] if release.category_name else (),
        lang=rendition.language,
        body=body_of(rendition.body_html, settings.PUBLIC_URL),
    )


def _name_of(topic: Topic, items: list[Item], place: str) -> str:
    if topic.unit_code:
        unit = unit_by_code(topic.unit_code)
        return unit.name if unit is not None else place
    if topic.category:
        names = (one.release.category_name for one in items if one.release.category_name)
        return f"{place}, {next(names, topic.category)}"
    return place
