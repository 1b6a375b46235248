"""Which addresses a text points to, and where those lead."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING
from urllib.parse import urldefrag, urljoin, urlsplit

from django.conf import settings
from lxml import etree
from lxml.html import fragments_fromstring

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiengmo.upkeep.registry import Text

LONGEST = 2000


def addresses_in(text: Text) -> Iterator[str]:
    """Whole http addresses of a text, each once, without the part after #."""
    seen: set[str] = set()
    for raw in (*text.addresses, *_hrefs(text.html)):
        try:
            url = urldefrag(urljoin(f"{settings.PUBLIC_URL}/", raw.strip())).url
            parts = urlsplit(url)
        except ValueError:  # "http://[": a person's slip, not an address
            continue
        if parts.scheme not in {"http", "https"} or not parts.hostname or len(url) > LONGEST:
            continue
        if url not in seen:
            seen.add(url)
            yield url


def _hrefs(html: str) -> Iterator[str]:
    if "href" not in html:
        return
    try:
        parts = fragments_fromstring(html)
    except (etree.ParserError, etree.XMLSyntaxError):
        return
    for part in parts:
        if not isinstance(part, str):
            yield from part.xpath("descendant-or-self::a/@href")


def is_outside(url: str) -> bool:
    return urlsplit(url).netloc != urlsplit(settings.PUBLIC_URL).netloc


def hash_of(url: str) -> str:
    return hashlib.sha256(url.encode()).hexdigest()
