from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from django.db import transaction

from tiengmo.outbox.actions import announce
from tiengmo.search.engines import engine
from tiengmo.search.keys import SHELVES, key_of, next_key
from tiengmo.search.models import Indexed, Shelf
from tiengmo.search.reading.of_entry import lexemes_of_entry, texts_of

from .drop import drop

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tiengmo.search.entries import Entry

ShelfFields = tuple[str, str, str, str, str, str]
AT_ONCE = 500
COUNT_WORDS = "search.count-words"


def put(entries: Iterable[Entry], *, ready: Mapping[str, list[str]] | None = None) -> int:
    """Add entries to what can be found, or replace those of the same ref; say how many.

    ready: `lexemes_of_entry` by ref, from who made them before. Inside the caller's transaction:
    what is rolled back is never found.
    """
    remaining = iter(entries)
    count = 0
    with transaction.atomic():
        while some := list(islice(remaining, AT_ONCE)):
            count += _put({entry.ref: entry for entry in some}, ready or {})
        if count:
            announce(COUNT_WORDS, key=COUNT_WORDS)
    return count


def _put(entries: dict[str, Entry], ready: Mapping[str, list[str]]) -> int:
    drop(entries)
    shelves = _shelves(entries.values())
    rows = [_row(entry, shelves[_shelf_of(entry)]) for entry in entries.values()]
    _tell_apart(rows)
    Indexed.objects.bulk_create(rows)
    engine().add(
        [(row.pk, ready.get(row.ref) or lexemes_of_entry(entries[row.ref])) for row in rows]
    )
    return len(rows)


def _row(entry: Entry, shelf: Shelf) -> Indexed:
    number = shelf.pk if shelf.pk < SHELVES else 0
    return Indexed(
        id=key_of(entry.ref, entry.date, number),
        ref=entry.ref,
        shelf=shelf,
        url=entry.url,
        date=entry.date,
        **texts_of(entry),
    )


def _tell_apart(rows: list[Indexed]) -> None:
    """Give every row a key that nobody has."""
    taken = set(
        Indexed.objects.filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True)
    )
    for row in rows:
        while row.pk in taken:
            row.pk = next_key(row.pk)
            if row.pk not in taken and Indexed.objects.filter(pk=row.pk).exists():
                taken.add(row.pk)
        taken.add(row.pk)


def _shelf_of(entry: Entry) -> ShelfFields:
    return (
        entry.kind,
        entry.unit_code,
        entry.unit_name,
        entry.category,
        entry.category_name,
        entry.language,
    )


def _shelves(entries: Iterable[Entry]) -> dict[ShelfFields, Shelf]:
    return {fields: _shelf(fields) for fields in sorted({_shelf_of(entry) for entry in entries})}


def _shelf(fields: ShelfFields) -> Shelf:
    kind, unit_code, unit_name, category, category_name, language = fields
    return Shelf.objects.get_or_create(
        kind=kind,
        unit_code=unit_code,
        unit_name=unit_name,
        category=category,
        category_name=category_name,
        language=language,
    )[0]
