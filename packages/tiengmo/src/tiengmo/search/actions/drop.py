from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from tiengmo.search.engines import engine
from tiengmo.search.models import Indexed
from tiengmo.search.reading.of_entry import lexemes_of

if TYPE_CHECKING:
    from collections.abc import Iterable


def drop(refs: Iterable[str]) -> int:
    """Take entries out of what can be found; say how many there were. Unknown refs are fine."""
    with transaction.atomic():
        rows = list(Indexed.objects.filter(ref__in=list(refs)).select_related("shelf"))
        if rows:
            engine().remove([(row.pk, lexemes_of(row, row.shelf)) for row in rows])
            Indexed.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return len(rows)
