"""What an old article becomes, worked out without the database: see also `beside`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils.text import slugify

from tiengmo.foundation.vietnamese import fold
from tiengmo.portal.bulletins.freezing import written_down
from tiengmo.portal.finding.bulletins import entry_of
from tiengmo.portal.models import Page
from tiengmo.releases.models import Release, Rendition
from tiengmo.search.reading.of_entry import lexemes_of_entry

if TYPE_CHECKING:
    from tiengmo.people.models import User
    from tiengmo.portal.importing.judging import OldArticle
    from tiengmo.search.entries import Entry

SOURCE = "portal.import"
PORTAL = "portal"


@dataclass(frozen=True)
class Prepared:
    """The page of an article and what is found of it."""

    fields: dict[str, Any]
    entry: Entry
    lexemes: list[str]


def release_of(one: OldArticle, by: User, earlier: Release | None = None) -> Release:
    at = one.at
    if earlier is not None and earlier.released_at is not None:
        at = max(at, earlier.released_at + timedelta(milliseconds=1))  # the newer one stands
    words = slugify(fold(one.title))[:120].strip("-") or "tin"
    return Release(
        source_type=SOURCE,
        source_id=one.id,
        source_version=one.version,
        title=one.title,
        slug=f"{words}-{one.version[:14]}",
        unit=one.unit,
        audience=[one.unit.code],
        channels=[PORTAL],
        category=one.topic.code if one.topic else "",
        category_name=one.topic.name if one.topic else "",
        status=Release.Status.RELEASED,
        release_at=at,
        window_end_at=at + timedelta(hours=12),
        released_at=at,
        author_name=one.author,
        cleared_by_id=str(by.pk),
        cleared_by_name=str(by),
        replaces=earlier,
    )


def rendition_of(one: OldArticle, release: Release) -> Rendition:
    return Rendition(
        release=release,
        language="vi",
        headline=one.headline,
        summary=one.summary,
        body_html=one.body_html,
    )


def prepared(release: Release, rendition: Rendition, audience: str) -> Prepared:
    """audience: the area in words. Reads the database only for a release that replaces another."""
    fields = written_down(
        release, renditions=[rendition], audience=audience, is_first=release.replaces is None
    )
    entry = entry_of(Page(release=release, **fields), [rendition])
    return Prepared(fields, entry, lexemes_of_entry(entry))
