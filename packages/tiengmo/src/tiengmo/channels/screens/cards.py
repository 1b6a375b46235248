"""The screen's form of a bulletin: a headline in the largest letters, a text, a picture, a QR."""

from __future__ import annotations

from typing import TYPE_CHECKING

import segno
from django.conf import settings

from tiengmo.channels.screens import pictures, rules
from tiengmo.channels.screens.models import Card

if TYPE_CHECKING:
    from tiengmo.releases.models import Release

PORTAL = "portal"


def text_of(short_text: str, summary: str) -> str:
    """What stands under the headline: the short text, else a summary that is short enough."""
    if short_text.strip():
        return short_text.strip()
    summary = " ".join(summary.split())
    return summary if len(summary) <= rules.LONGEST_TEXT else ""


def below(headline: str, short_text: str, summary: str) -> str:
    """The same, but never the headline once more: then the summary, or nothing."""
    text = text_of(short_text, summary)
    if text.casefold().rstrip(".") != headline.strip().casefold().rstrip("."):
        return text
    return text_of("", summary)


def qr_of(address: str) -> str:
    """A QR code as an address that a picture takes; no file to fetch."""
    return segno.make(address, micro=False, error="m").svg_data_uri(border=2, scale=4)


def freeze(release: Release) -> None:
    """Make the cards of a release, one a language. Again changes nothing."""
    qr = ""
    if PORTAL in release.channels:
        qr = qr_of(f"{settings.PUBLIC_URL}/tin/{release.slug}/")
    for rendition in release.renditions.order_by("pk"):
        if Card.objects.filter(release=release, language=rendition.language).exists():
            continue
        digest = pictures.keep(rendition.picture)
        Card.objects.create(
            release=release,
            language=rendition.language,
            headline=rendition.headline,
            text=below(rendition.headline, rendition.short_text, rendition.summary),
            picture_sha256=digest,
            picture_alt=str(rendition.picture.get("alt", ""))[:300] if digest else "",
            picture_credit=str(rendition.picture.get("credit", ""))[:300] if digest else "",
            picture_focus=rules.focus_of(rendition.picture.get("focus")),
            qr=qr,
        )
