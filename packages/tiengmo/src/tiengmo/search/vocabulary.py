"""The words there are, as each process holds them, and which of them are a slip away.

A process reads them again when new ones were counted (looked at every half minute) and at least
every five minutes. Only slips and weights depend on them: a new word itself is found at once.
"""

from __future__ import annotations

import time
from bisect import bisect_left
from dataclasses import dataclass, field
from math import log

from django.db import connection
from django.db.models import Max
from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from tiengmo.search.models import Indexed, Word

LOOK_EVERY_SECONDS = 30.0
READ_EVERY_SECONDS = 300.0
SHORTEST = 3
LONG = 8
# Sounds that many write for one another.
_SOUNDS = [("tr", "ch"), ("gi", "d"), ("gi", "r"), ("ngh", "ng"), ("gh", "g"), ("k", "c")]
_ENDS = {"i": "y", "y": "i"}


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Folded words with in how many entries and titles they stand."""

    entry_count: int = 0
    entries: dict[str, int] = field(default_factory=dict)
    titles: dict[str, int] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)
    by_length: dict[int, list[str]] = field(default_factory=dict)
    in_titles: list[str] = field(default_factory=list)

    def weight(self, word: str) -> float:
        """How much a word says: a rare one more, between 0.3 and 1."""
        if not self.entry_count:
            return 1.0
        rarity = log(1 + self.entry_count / (1 + self.entries.get(word, 0)))
        return max(0.3, min(1.0, rarity / log(1 + self.entry_count)))

    def near(self, word: str, limit: int = 10) -> list[str]:
        """Words that one slip makes of this one (two in a long one), the commonest first."""
        if word.isdigit():
            return []
        found = {as_heard: 0 for as_heard in _as_heard(word) if as_heard in self.entries}
        if len(word) >= SHORTEST:
            furthest = 2 if len(word) >= LONG else 1
            for length in range(len(word) - furthest, len(word) + furthest + 1):
                near = extract(
                    word,
                    self.by_length.get(length, ()),
                    scorer=OSA.distance,
                    score_cutoff=furthest,
                    limit=None,
                )
                for choice, distance, _place in near:
                    found.setdefault(choice, int(distance))
        found.pop(word, None)
        ranked = sorted(found, key=lambda w: (found[w], -self.titles.get(w, 0), -self.entries[w]))
        return ranked[:limit]

    def beginning(self, prefix: str, limit: int) -> list[str]:
        """Words of titles that begin so, the commonest first."""
        start = bisect_left(self.in_titles, prefix)
        end = bisect_left(self.in_titles, prefix + "\U0010ffff")
        return sorted(self.in_titles[start:end], key=lambda w: -self.titles[w])[:limit]

    def apart(self, joined: str) -> tuple[str, ...]:
        """Words of titles that were written as one: khaisinh → khai, sinh."""
        best: dict[int, tuple[float, tuple[str, ...]]] = {0: (0.0, ())}
        for end in range(1, len(joined) + 1):
            for begin in range(max(0, end - 7), end):
                word = joined[begin:end]
                if begin in best and len(word) > 1 and self.titles.get(word):
                    cost = best[begin][0] + 1 + 1 / self.titles[word]
                    if end not in best or cost < best[end][0]:
                        best[end] = (cost, (*best[begin][1], word))
        parts = best.get(len(joined), (0.0, ()))[1]
        return parts if 1 < len(parts) <= len(joined) // 3 + 1 else ()


def _as_heard(word: str) -> list[str]:
    """Spellings that sound alike: treo and cheo, quy and qui."""
    spellings = [
        there + word[len(here) :]
        for one, other in _SOUNDS
        for here, there in ((one, other), (other, one))
        if word.startswith(here)
    ]
    if word[-1] in _ENDS:
        spellings.append(word[:-1] + _ENDS[word[-1]])
    return spellings


@dataclass(slots=True)
class _Held:
    vocabulary: Vocabulary
    newest: int
    looked_at: float
    read_at: float
    database: str


_held: _Held | None = None


def vocabulary() -> Vocabulary:
    global _held  # noqa: PLW0603 (one value a process, replaced whole)
    now = time.monotonic()
    database = str(connection.settings_dict["NAME"])
    held = _held
    if held is not None and held.database == database and now - held.looked_at < LOOK_EVERY_SECONDS:
        return held.vocabulary
    newest = Word.objects.aggregate(newest=Max("pk"))["newest"] or 0
    if (
        held is not None
        and held.database == database
        and held.newest == newest
        and now - held.read_at < READ_EVERY_SECONDS
    ):
        held.looked_at = now
        return held.vocabulary
    _held = _Held(_read(), newest, now, now, database)
    return _held.vocabulary


def forget() -> None:
    """Read them again at the next question."""
    global _held  # noqa: PLW0603 (one value a process, replaced whole)
    _held = None


def _read() -> Vocabulary:
    rows = list(Word.objects.values_list("folded", "shown", "entries", "titles"))
    by_length: dict[int, list[str]] = {}
    for folded, _shown, _entries, _titles in rows:
        by_length.setdefault(len(folded), []).append(folded)
    return Vocabulary(
        entry_count=Indexed.objects.count(),
        entries={folded: entries for folded, _shown, entries, _titles in rows},
        titles={folded: titles for folded, _shown, _entries, titles in rows if titles},
        shown={folded: shown for folded, shown, _entries, _titles in rows},
        by_length=by_length,
        in_titles=sorted(folded for folded, _shown, _entries, titles in rows if titles),
    )
