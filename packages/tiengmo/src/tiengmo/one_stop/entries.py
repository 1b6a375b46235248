"""Procedures as search knows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiengmo.search import actions as search
from tiengmo.search.entries import Entry

from .queries import offered_procedures

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .models import Procedure


def reference(procedure: Procedure) -> str:
    return f"one_stop.procedure:{procedure.pk}"


def entry_of(procedure: Procedure) -> Entry:
    version = procedure.current
    parts: list[str] = []
    if version is not None:
        papers = [paper.name for paper in version.papers.all()]
        parts = [version.who_may_apply, version.result, *papers, version.steps]
    return Entry(
        ref=reference(procedure),
        kind="procedure",
        url=procedure.address,
        title=procedure.name,
        # A snippet runs lines together: each ends as a sentence does.
        body=". ".join(part.strip().rstrip(".") for part in parts if part and part.strip()),
        number=procedure.code,
        unit_code=procedure.unit.code,
        unit_name=procedure.unit.name,
        category=procedure.field.code,
        category_name=procedure.field.name,
        keywords=f"thủ tục {procedure.field.name} {procedure.level.name} {procedure.agency}",
    )


def every_entry() -> Iterator[Entry]:
    """Everything that people may apply for now: what `tiengmo search rebuild` reads."""
    rows = offered_procedures().select_related("field", "level", "unit", "current")
    return (entry_of(one) for one in rows.prefetch_related("current__papers").iterator(200))


def follow(procedures: Iterable[Procedure]) -> None:
    """Let search offer what the public may apply for; in the caller's transaction."""
    offered, gone = [], []
    for one in procedures:
        if one.is_offered:
            offered.append(entry_of(one))
        else:
            gone.append(reference(one))
    if offered:
        search.put(offered)
    if gone:
        search.drop(gone)
