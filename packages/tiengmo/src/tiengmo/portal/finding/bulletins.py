"""Bulletins among what can be found: those whose page stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.html import strip_tags

from tiengmo.portal.models import Page
from tiengmo.search import kinds, sources
from tiengmo.search.actions import drop, put
from tiengmo.search.entries import Entry

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tiengmo.releases.models import Rendition

KIND = "bulletin"
A_TURN = 500


def connect() -> None:
    """Called once, from the portal's AppConfig."""
    kinds.register(KIND, "Bản tin")
    sources.register(KIND, standing_entries)


def put_pages(pages: Iterable[Page]) -> None:
    """Let pages be found; a corrected one in place of its earlier version."""
    put(entry_of(page) for page in pages)


def drop_withdrawn(source: str) -> None:
    """Let a bulletin no longer be found, unless another version of it stands."""
    if not Page.objects.filter(source=source, is_current=True).exists():
        drop([_ref(source)])


def standing_entries() -> Iterator[Entry]:
    pages = (
        Page.objects.filter(is_current=True)
        .select_related("release__unit")
        .prefetch_related("release__renditions")
        .defer("articles", "teaser", "lead")
        .order_by("pk")
    )
    return (entry_of(page) for page in pages.iterator(chunk_size=A_TURN))


def entry_of(page: Page, renditions: Iterable[Rendition] | None = None) -> Entry:
    """The words of a page in all its languages, its main one first.

    renditions: all of its release, from who has them at hand.
    """
    if renditions is None:
        renditions = page.release.renditions.all()
    renditions = sorted(renditions, key=lambda r: (r.language != page.main_language, r.language))
    return Entry(
        ref=_ref(page.source),
        kind=KIND,
        url=f"/tin/{page.slug}/",
        title=page.headline,
        body=" ".join(_words(page, rendition) for rendition in renditions),
        unit_code=page.release.unit.code,
        unit_name=page.unit_name,
        category=page.category,
        category_name=page.category_name,
        language=page.main_language,
        date=page.released_at,
    )


def _words(page: Page, rendition: Rendition) -> str:
    """What a rendition says beyond the headline, once: many begin with their own summary."""
    # A tag parts words: "<p>một</p><p>hai</p>".
    body = " ".join(strip_tags(rendition.body_html.replace("<", " <")).split())
    said = [] if body.startswith(rendition.summary[:60]) else [rendition.summary]
    if rendition.language != page.main_language:
        said.insert(0, rendition.headline)
    return " ".join([*said, body])


def _ref(source: str) -> str:
    return f"{KIND}:{source}"
