from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from django.db import transaction

from tiengmo.search import sources, vocabulary
from tiengmo.search.engines import engine
from tiengmo.search.models import Indexed, Word

from .count_words import count_words
from .drop import drop
from .put import AT_ONCE, put

if TYPE_CHECKING:
    from collections.abc import Callable


def drop_all() -> None:
    """Empty the index; for building it anew, in the same transaction.

    Shelves stay: a key has room for the number of so many, and a new one each time would use it up.
    """
    engine().clear()
    Indexed.objects.all().delete()
    Word.objects.all().delete()


def rebuild(*, tell: Callable[[str, int], None] | None = None) -> int:
    """Empty the index and read everything again from its sources; say how many entries.

    In many short transactions, so that nobody who publishes waits; until it is done, a part is
    found.
    """
    with transaction.atomic():
        drop_all()
    total = 0
    for kind, source in sources.all_sources().items():
        remaining = iter(source())
        count = 0
        while some := list(islice(remaining, AT_ONCE)):
            count += put(some)
        # What was taken back while we read.
        standing = {entry.ref for entry in source()}
        there = Indexed.objects.filter(shelf__kind=kind).values_list("ref", flat=True)
        drop(set(there) - standing)
        total += count
        if tell is not None:
            tell(kind, count)
    while count_words():
        pass
    vocabulary.forget()
    return total


def rebuild_if_empty() -> None:
    """Read everything in when nothing is found yet; costs nothing when there is something."""
    if not Indexed.objects.exists():
        rebuild()
