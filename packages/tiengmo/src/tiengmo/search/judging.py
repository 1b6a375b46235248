"""How well what people type is answered: success among the first five, and reciprocal rank."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from tiengmo.search.entries import Entry
from tiengmo.search.queries import find

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

FIRST = 5


@dataclass(frozen=True, slots=True)
class Judgement:
    """One query, and at which place the first expected entry stood; 0: not on the first page."""

    query: str
    query_class: str
    place: int
    expected: tuple[str, ...]
    got: tuple[str, ...]


def corpus(path: Path) -> Iterator[Entry]:
    """Read entries from JSON Lines: the fields of `Entry`, the date in ISO 8601."""
    for line in path.read_text(encoding="utf-8").splitlines():
        fields = json.loads(line)
        date = datetime.fromisoformat(fields.pop("date")) if fields.get("date") else None
        yield Entry(**{name: value for name, value in fields.items() if name != "date"}, date=date)


def judge(path: Path) -> list[Judgement]:
    """Ask every query of a file of {"q", "class", "expected"} lines."""
    judgements = []
    for line in path.read_text(encoding="utf-8").splitlines():
        asked = json.loads(line)
        got = [hit.ref for hit in find(asked["q"]).hits]
        place = next((n for n, ref in enumerate(got, 1) if ref in asked["expected"]), 0)
        judgements.append(
            Judgement(
                asked["q"], asked["class"], place, tuple(asked["expected"]), tuple(got[:FIRST])
            )
        )
    return judgements


def success(judgements: Iterable[Judgement]) -> float:
    """Share of queries with an expected entry among the first five."""
    places = [judgement.place for judgement in judgements]
    return sum(1 <= place <= FIRST for place in places) / len(places)


def mean_reciprocal_rank(judgements: Iterable[Judgement]) -> float:
    places = [judgement.place for judgement in judgements]
    return sum(1 / place for place in places if place) / len(places)
