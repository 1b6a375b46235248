"""A query as it was meant: terms, each with the ways it may be read. No text is an error."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiengmo.foundation.vietnamese import canonical, fold

from .keyboards import telex, vni
from .same import LONGEST_FORM, Lists, lists
from .words import LONGEST_WORD, PHONE, exact, joined_phone, plain, words

if TYPE_CHECKING:
    from tiengmo.search.vocabulary import Vocabulary

# Nobody types more than this; somebody pastes it.
LONGEST_QUERY = 400
MOST_TERMS = 12
_CHUNK = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a term: words that stand side by side, with their marks and without."""

    exact: tuple[str, ...]
    folded: tuple[str, ...]

    @property
    def is_marked(self) -> bool:
        return self.exact != self.folded


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a query, or several that are one thing; the first reading is as it was typed."""

    readings: tuple[Reading, ...]
    is_filler: bool = False
    is_known: bool = True

    @property
    def first(self) -> Reading:
        return self.readings[0]


def terms_of(query: str, known: Vocabulary) -> list[Term]:
    """Read a query. What is not a letter or a digit only parts words."""
    text = plain(query[:LONGEST_QUERY].replace("\0", " "))
    text = PHONE.sub(lambda match: joined_phone(match.group()) + " ", text)
    raw: list[Term] = []
    for chunk in _CHUNK.findall(text):
        raw += _terms_of_chunk(chunk, known)
        if len(raw) >= MOST_TERMS:
            break
    return _grouped(raw[:MOST_TERMS])


def _terms_of_chunk(chunk: str, known: Vocabulary) -> list[Term]:
    split = words(chunk)
    if len(split) > 1:
        syllable = vni(chunk)
        if syllable:
            return [Term((_reading(syllable), _reading(*split)))]
        return [Term((_reading(word),)) for word in split]
    if not split:
        return []
    literal = _reading(split[0])
    word = literal.folded[0]
    if word.isdigit() or word in known.entries:
        return [Term((literal,))]
    readings = [literal]
    syllable = telex(chunk)
    if syllable:
        readings.append(_reading(syllable))
    elif parts := known.apart(word):
        readings.append(_reading(*parts))
    return [Term(tuple(readings), is_known=len(readings) > 1)]


def _grouped(terms: list[Term]) -> list[Term]:
    """Add to the words that have another form that form, and see which are only filler."""
    known = lists()
    has_marks = any(term.first.is_marked for term in terms)
    grouped: list[Term] = []
    place = 0
    while place < len(terms):
        length, readings = _same(terms, place, known.same)
        if length:
            grouped.append(Term(readings))
            place += length
            continue
        length = _filler(terms, place, known, has_marks=has_marks)
        grouped += [
            Term(term.readings, is_filler=bool(length), is_known=term.is_known)
            for term in terms[place : place + max(length, 1)]
        ]
        place += max(length, 1)
    return grouped


def _same(
    terms: list[Term], place: int, same: dict[tuple[str, ...], tuple[tuple[str, ...], ...]]
) -> tuple[int, tuple[Reading, ...]]:
    for length in range(min(LONGEST_FORM, len(terms) - place), 0, -1):
        some = terms[place : place + length]
        # As typed, or as Telex and VNI keys were meant.
        for typed in _ways(some):
            others = same.get(typed.folded)
            if others:
                return length, (typed, *(Reading(other, other) for other in others))
    return 0, ()


def _ways(terms: list[Term]) -> list[Reading]:
    first = [term.readings[0] for term in terms]
    last = [term.readings[-1] for term in terms]
    return [_joined(first)] if first == last else [_joined(first), _joined(last)]


def _joined(readings: list[Reading]) -> Reading:
    return Reading(
        tuple(word for reading in readings for word in reading.exact),
        tuple(word for reading in readings for word in reading.folded),
    )


def _filler(terms: list[Term], place: int, known: Lists, *, has_marks: bool) -> int:
    for length in range(min(3, len(terms) - place), 0, -1):
        typed = _joined([term.first for term in terms[place : place + length]])
        if typed.exact in known.filler:
            return length
        if not has_marks and typed.folded in known.bare_filler:
            return length
    return 0


def _reading(*typed: str) -> Reading:
    marked = tuple(exact(canonical(word))[:LONGEST_WORD] for word in typed)
    return Reading(marked, tuple(fold(word) for word in marked))
