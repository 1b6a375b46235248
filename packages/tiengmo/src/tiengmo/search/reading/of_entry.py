"""The lexemes of an entry that is put in, and again of one that is taken out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiengmo.foundation.vietnamese import nfc
from tiengmo.search.keys import year_of

from .lexemes import facet, lexemes

if TYPE_CHECKING:
    from datetime import datetime

    from tiengmo.search.entries import Entry
    from tiengmo.search.models import Indexed, Shelf

# An article of a megabyte is found by its first chapters.
LONGEST_BODY = 60_000
LONGEST_KEYWORDS = 5_000


def texts_of(entry: Entry) -> dict[str, str]:
    """The texts of an entry as they are kept."""
    return {
        "title": _clean(entry.title)[:500],
        "number": _clean(entry.number)[:200],
        "keywords": _clean(entry.keywords)[:LONGEST_KEYWORDS],
        "body": _clean(entry.body)[:LONGEST_BODY],
    }


def lexemes_of(indexed: Indexed, shelf: Shelf) -> list[str]:
    """Of what is kept; see `lexemes_of_entry`."""
    texts = {name: getattr(indexed, name) for name in ("title", "number", "keywords", "body")}
    return _lexemes(texts, (shelf.kind, shelf.unit_code, shelf.category), indexed.date)


def lexemes_of_entry(entry: Entry) -> list[str]:
    """The same lexemes, of an entry that is still to be kept: needs no database."""
    return _lexemes(texts_of(entry), (entry.kind, entry.unit_code, entry.category), entry.date)


def _lexemes(
    texts: dict[str, str], shelf: tuple[str, str, str], date: datetime | None
) -> list[str]:
    kind, unit, category = shelf
    facets = [facet("k", kind)]
    if unit:
        facets.append(facet("u", unit))
    if category:
        facets.append(facet("c", category))
    if date is not None:
        facets.append(facet("y", str(year_of(date))))
    return lexemes((texts["title"], texts["number"], texts["keywords"]), texts["body"], facets)


def _clean(text: str) -> str:
    return " ".join(nfc(text.replace("\0", " ")).split())
