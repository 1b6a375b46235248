"""What a reader asks: find, and suggest while typing. Neither raises, whatever the text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tiengmo.foundation.vietnamese import fold
from tiengmo.search import kinds
from tiengmo.search.engines import Each, Either, engine
from tiengmo.search.models import Indexed
from tiengmo.search.ranking.answering import CANDIDATES, COUNT_UP_TO, answer
from tiengmo.search.ranking.asked import TITLE, with_slips
from tiengmo.search.ranking.facets import Facets, count
from tiengmo.search.ranking.snippets import Marker
from tiengmo.search.reading.asking import terms_of
from tiengmo.search.reading.lexemes import facet
from tiengmo.search.reading.same import form
from tiengmo.search.reading.words import plain
from tiengmo.search.vocabulary import vocabulary

if TYPE_CHECKING:
    from datetime import datetime

    from django.utils.safestring import SafeString

    from tiengmo.search.engines import Expression

__all__ = ["COUNT_UP_TO", "Found", "Hit", "Suggestion", "find", "suggest"]

WAYS_TO_END = 12
LOOK_AT = 60


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found. `title_html` and `snippet_html` are safe, with the match in <mark>."""

    ref: str
    url: str
    title: str
    kind: str
    kind_name: str
    unit_code: str
    unit_name: str
    category: str
    category_name: str
    number: str
    date: datetime | None
    score: float
    title_html: SafeString
    snippet_html: SafeString


@dataclass(frozen=True, slots=True)
class Found:
    """A page of what was found. `total` stops at COUNT_UP_TO (`is_more` then).

    One may leaf through the best CANDIDATES. meant: what a slip of the finger probably meant, ""
    when there was none.
    """

    hits: list[Hit] = field(default_factory=list)
    total: int = 0
    is_more: bool = False
    page: int = 1
    pages: int = 1
    facets: Facets = field(default_factory=Facets)
    meant: str = ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A title that a reader may be typing, and where it leads."""

    text: str
    url: str
    kind: str
    kind_name: str


def find(
    q: str,
    *,
    kind: str = "",
    unit: str = "",
    category: str = "",
    year: int | None = None,
    page: int = 1,
    size: int = 10,
) -> Found:
    """Find what a person means; any text is a query and none is an error. Best first."""
    narrowing = [facet(s, v) for s, v in (("k", kind), ("u", unit), ("c", category)) if v]
    if year is not None:
        narrowing.append(facet("y", str(year)))
    known = vocabulary()
    terms = terms_of(q, known)
    found = answer(terms, known, narrowing)
    leafed = found.ranked[:CANDIDATES]
    pages = max(1, -(-len(leafed) // size))
    page = max(1, min(page, pages))
    shown = leafed[(page - 1) * size : page * size]
    rows = Indexed.objects.select_related("shelf").in_bulk([key for key, _score in shown])
    marker = Marker(terms, found.slips)
    return Found(
        hits=[_hit(rows[key], score, marker) for key, score in shown if key in rows],
        total=len(found.keys),
        is_more=len(found.keys) >= COUNT_UP_TO,
        page=page,
        pages=pages,
        facets=count(found.keys),
        meant=found.meant,
    )


def suggest(q: str, limit: int = 8) -> list[Suggestion]:
    """Titles that go on as the reader types, the standing and the newest first."""
    known = vocabulary()
    terms = terms_of(q, known)
    if not terms:
        return []
    *complete, last = terms
    ending = last.first.folded[-1]
    ways = dict.fromkeys([ending, *(r.folded[-1] for r in last.readings if len(r.folded) == 1)])
    if q[-1:].isalnum():
        ways |= dict.fromkeys(known.beginning(ending, WAYS_TO_END))
    if not any(known.titles.get(way) for way in ways):
        ways |= dict.fromkeys(known.near(ending))
    slips = {
        word: known.near(word)
        for term in complete
        for word in term.first.folded
        if not known.titles.get(word)
    }
    parts: list[Expression] = [with_slips([term], slips, sign=TITLE) for term in complete]
    parts += [TITLE + word for word in last.first.folded[:-1]]
    parts.append(Either(tuple(TITLE + word for word in ways)))
    keys = engine().match(Each(tuple(parts)), limit=LOOK_AT)
    rows = Indexed.objects.filter(pk__in=keys).values_list("pk", "title", "url", "shelf__kind")
    marked, bare = plain(q).strip(), " ".join(form(q))
    ranked = sorted(rows, key=lambda row: (_apart(row[1], marked, bare), -row[0]))
    found: dict[str, Suggestion] = {}
    for _key, title, url, kind in ranked:
        found.setdefault(fold(title), Suggestion(title, url, kind, kinds.name_of(kind)))
    return list(found.values())[:limit]


def _apart(title: str, marked: str, bare: str) -> int:
    """How far a title is from what was typed: it goes on from it, with marks or without; or not."""
    if marked in plain(title):
        return 0
    return 1 if bare in " ".join(form(title)) else 2


def _hit(row: Indexed, score: float, marker: Marker) -> Hit:
    shelf = row.shelf
    return Hit(
        ref=row.ref,
        url=row.url,
        title=row.title,
        kind=shelf.kind,
        kind_name=kinds.name_of(shelf.kind),
        unit_code=shelf.unit_code,
        unit_name=shelf.unit_name,
        category=shelf.category,
        category_name=shelf.category_name,
        number=row.number,
        date=row.date,
        score=score,
        title_html=marker.title(row.title),
        snippet_html=marker.snippet(row.body),
    )
