"""How well an entry answers. Exact before folded before a slip; title before body.

What a term is worth, the best of:

    in the title (number, keywords)   with the query's marks 1 · lacking marks 0.95 ·
                                      with other marks 0.5 · a slip away 0.45
                                      (a short word that there is: 0.3)
    in the body, all side by side     with the query's marks 0.6 · else 0.55
    somewhere in the body             with the query's marks 0.38 · else 0.33

Terms are weighted by how rare they are. Added: 0.15 for terms that stand side by side in the title
as in the query, 0.1 for a title that is the query, 0.3 for a document's number. Equal: the newer
first, what has no date before that, then the shorter title.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from tiengmo.foundation.vietnamese import split_tone
from tiengmo.search.reading.words import plain, read

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tiengmo.search.reading.asking import Reading, Term
    from tiengmo.search.vocabulary import Vocabulary

EXACT, FEWER_MARKS, OTHER_MARKS, SLIP = 1.0, 0.95, 0.5, 0.45
# Every short word is a slip away from some other.
SHORT, SHORT_SLIP = 3, 0.3
BESIDE_EXACT, BESIDE, SOMEWHERE_EXACT, SOMEWHERE = 0.6, 0.55, 0.38, 0.33
IN_A_ROW, WHOLE_TITLE, NUMBER = 0.15, 0.1, 0.3
FILLER_WEIGHT = 0.2
_HATS = {"ă": "a", "â": "a", "đ": "d", "ê": "e", "ô": "o", "ơ": "o", "ư": "u"}


@dataclass(frozen=True, slots=True)
class Standing:
    """What the index said of an entry: where the terms stand in it."""

    is_beside: bool = False
    is_exact: bool = False
    share: float = 0.0  # of the terms, that stand somewhere in it


class Scorer:
    """Scores entries against one query."""

    def __init__(
        self, terms: Sequence[Term], known: Vocabulary, slips: dict[str, list[str]]
    ) -> None:
        self.terms = terms
        self.known = known
        self.slips = {word: frozenset(near) for word, near in slips.items()}
        self.weights = [
            max(known.weight(word) for word in term.first.folded)
            * (FILLER_WEIGHT if term.is_filler else 1.0)
            for term in terms
        ]
        self.total = sum(self.weights) or 1.0
        self.numbers = {
            tuple(word for term in terms[begin:] for word in term.first.folded)
            for begin in range(len(terms))
        }
        self.has_figure = any(word.isdigit() for term in terms for word in term.first.folded)
        self.whole = tuple(word for term in terms for word in term.first.folded)

    def score(self, title: str, number: str, keywords: str, standing: Standing) -> float:
        # "UBND" stands in the number of every decision: a number is asked for with a figure.
        in_title = ReadTitle(title, number if self.has_figure else "", keywords)
        elsewhere = _elsewhere(standing)
        points = 0.0
        found: list[set[int]] = []
        for term, weight in zip(self.terms, self.weights, strict=True):
            quality, places = self._in_title(term, in_title)
            points += weight * max(quality, elsewhere)
            found.append(places)
        score = points / self.total
        if len(found) > 1:
            rows = sum(
                any(place + 1 in next_places for place in places)
                for places, next_places in pairwise(found)
            )
            score += IN_A_ROW * rows / (len(found) - 1)
        elif found and found[0]:
            score += IN_A_ROW
        if in_title.title == self.whole:
            score += WHOLE_TITLE
        if in_title.number and self._names(in_title.number):
            score += NUMBER
        return round(score, 3)

    def _names(self, number: tuple[str, ...]) -> bool:
        """Tell whether the query ends with this number, or with its beginning."""
        return any(
            asked[0].isdigit() and len(asked) > 1 and number[: len(asked)] == asked
            for asked in self.numbers
        )

    def _in_title(self, term: Term, text: ReadTitle) -> tuple[float, set[int]]:
        best: tuple[float, set[int]] = (0.0, set())
        for n, reading in enumerate(term.readings):
            quality, places = self._reading(reading, text, is_typed=n == 0)
            if quality > best[0]:
                best = (quality, places)
        return best

    def _reading(
        self, reading: Reading, text: ReadTitle, *, is_typed: bool
    ) -> tuple[float, set[int]]:
        """Quality in the title, and the places where the reading ends."""
        total = 0.0
        places: set[int] = set()
        for n, (marked, folded) in enumerate(zip(reading.exact, reading.folded, strict=True)):
            quality, here = self._word(marked, folded, text)
            if not is_typed and (
                quality == 0 or (n and not any(place - 1 in places for place in here))
            ):
                return 0.0, set()
            total += quality
            places = here
        return total / len(reading.exact), places

    def _word(self, marked: str, folded: str, text: ReadTitle) -> tuple[float, set[int]]:
        places = text.places.get(folded)
        if places:
            return max(likeness(marked, text.exact[place]) for place in places), set(places)
        for slip in self.slips.get(folded, ()):
            if slip in text.places:
                is_short = len(folded) <= SHORT and folded in self.known.entries
                return SHORT_SLIP if is_short else SLIP, set(text.places[slip])
        return 0.0, set()


def likeness(asked: str, there: str) -> float:
    """Compare two words that are the same without marks."""
    if asked == there:
        return EXACT
    if len(asked) != len(there):
        return OTHER_MARKS
    for letter, other in zip(asked, there, strict=True):
        if letter == other:
            continue
        bare, tone = split_tone(letter)
        other_bare, other_tone = split_tone(other)
        if (tone and tone != other_tone) or (
            bare != other_bare and (bare in _HATS or _HATS.get(other_bare) != bare)
        ):
            return OTHER_MARKS
    return FEWER_MARKS


def _elsewhere(standing: Standing) -> float:
    if standing.is_beside:
        return BESIDE_EXACT if standing.is_exact else BESIDE
    return (SOMEWHERE_EXACT if standing.is_exact else SOMEWHERE) * standing.share


class ReadTitle:
    """The words of a title, a number and keywords, and where they stand; gaps between the three."""

    __slots__ = ("exact", "folded", "number", "places", "title")

    def __init__(self, title: str, number: str, keywords: str) -> None:
        self.exact: dict[int, str] = {}
        self.folded: dict[int, str] = {}
        self.places: dict[str, list[int]] = {}
        self.title = self._read(title, 0)
        self.number = self._read(number, 1_000) if number else ()
        if keywords:
            self._read(keywords, 2_000)

    def _read(self, text: str, begin: int) -> tuple[str, ...]:
        both = read(plain(text))
        for place, (word, folded) in enumerate(both, begin):
            self.exact[place] = word
            self.folded[place] = folded
            self.places.setdefault(folded, []).append(place)
        return tuple(folded for _exact, folded in both)

    def place_of(self, words: Iterable[str], *, after: int | None) -> int | None:
        """Where one of these stands: right after a place if one does, else the first that is here.

        "ket hom": after "kết" it is "hôn" that is meant, though "hộ" stands here too.
        """
        there = [word for word in words if word in self.places]
        if after is not None:
            for word in there:
                if after + 1 in self.places[word]:
                    return after + 1
        return self.places[there[0]][0] if there else None
