"""Terms as expressions for the index: with their marks, without, side by side, with slips."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from tiengmo.search.engines import Each, Either
from tiengmo.search.reading.lexemes import TITLE, pair

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tiengmo.search.engines import Expression
    from tiengmo.search.reading.asking import Reading, Term


def each(terms: Iterable[Term], *, sign: str = "", is_exact: bool = False) -> Each:
    """Every term stands there; sign TITLE: in the title, the number or the keywords."""
    return Each(tuple(_term(term, sign, is_exact=is_exact) for term in terms))


def side_by_side(terms: Sequence[Term], *, is_exact: bool = False) -> Each:
    """Every term stands there, and each beside the next one somewhere."""
    parts: list[Expression] = [
        _either([_reading(r, "", is_exact=is_exact, is_typed=False) for r in term.readings])
        for term in terms
    ]
    for one, next_one in pairwise(terms):
        ends = dict.fromkeys(reading.folded[-1] for reading in one.readings)
        begins = dict.fromkeys(reading.folded[0] for reading in next_one.readings)
        parts.append(_either([pair(end, begin) for end in ends for begin in begins]))
    parts += [
        pair(*two)
        for term in terms
        for two in pairwise(term.first.folded)
        if len(term.readings) == 1
    ]
    return Each(tuple(parts))


def with_slips(terms: Sequence[Term], slips: dict[str, list[str]], *, sign: str = "") -> Each:
    """Every term stands there, as it is or a slip away."""
    return Each(tuple(_slipped(term, slips, sign) for term in terms))


def _term(term: Term, sign: str, *, is_exact: bool) -> Expression:
    return _either(
        [
            _reading(reading, sign, is_exact=is_exact, is_typed=n == 0)
            for n, reading in enumerate(term.readings)
        ]
    )


def _reading(reading: Reading, sign: str, *, is_exact: bool, is_typed: bool) -> Expression:
    words = reading.exact if is_exact else reading.folded
    parts: list[Expression] = [sign + word for word in words]
    if not is_typed:  # what we put in its place must stand as we put it
        parts += [sign + pair(*two) for two in pairwise(reading.folded)]
    return parts[0] if len(parts) == 1 else Each(tuple(parts))


def _slipped(term: Term, slips: dict[str, list[str]], sign: str) -> Expression:
    ways: list[Expression] = [_term(term, sign, is_exact=False)]
    if len(term.first.folded) == 1:
        ways += [sign + slip for slip in slips.get(term.first.folded[0], [])]
    else:
        ways.append(
            Each(
                tuple(
                    _either([sign + word, *(sign + slip for slip in slips.get(word, []))])
                    for word in term.first.folded
                )
            )
        )
    return _either(ways)


def _either(parts: Sequence[Expression]) -> Expression:
    return parts[0] if len(parts) == 1 else Either(tuple(parts))


__all__ = ["TITLE", "each", "side_by_side", "with_slips"]
