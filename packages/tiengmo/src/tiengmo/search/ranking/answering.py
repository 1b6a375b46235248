"""From terms to ranked keys: ask the index in steps, each wider, and score what came."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING

from tiengmo.search.engines import Each, engine
from tiengmo.search.keys import MINUTE_SHIFT
from tiengmo.search.models import Indexed
from tiengmo.search.ranking.asked import TITLE, each, side_by_side, with_slips
from tiengmo.search.ranking.scoring import ReadTitle, Scorer, Standing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiengmo.search.engines import Expression
    from tiengmo.search.reading.asking import Term
    from tiengmo.search.vocabulary import Vocabulary

# What was found is counted up to here; more is "more than".
COUNT_UP_TO = 10_000
# So many of each step are scored, the newest; also how deep a reader may leaf.
CANDIDATES = 200
MOST_ESSENTIAL = 8
# So many ways to leave out one word, or two, … are tried.
MOST_WAYS = 6
MOST_WAYS_IN_TITLES = 15
# What only a slip or a left-out word brought is shown from this share of the best score on.
WORTH_SHOWING = 0.6
# With so many to choose from, no more words are left out.
ENOUGH = 10
# With so many, nothing is sought that would stand behind them.
PLENTY = 60
# So many of each way to leave words out are scored; words of a short query may all be slips.
A_WAY = 60
FEW_TERMS = 3

Rows = dict[int, tuple[str, str, str]]


@dataclass(slots=True)
class Answer:
    """Ranked keys with their scores, and all keys that were found (for counts)."""

    ranked: list[tuple[int, float]] = field(default_factory=list)
    keys: list[int] = field(default_factory=list)
    slips: dict[str, list[str]] = field(default_factory=dict)
    meant: str = ""


def answer(terms: Sequence[Term], known: Vocabulary, narrowing: Sequence[str]) -> Answer:
    if not terms:
        # A reader who only narrows leafs through what is newest there.
        keys = engine().match(Each(tuple(narrowing)), limit=COUNT_UP_TO) if narrowing else []
        return Answer(ranked=[(key, 0.0) for key in keys[:CANDIDATES]], keys=keys)
    return _Answering(terms, known, tuple(narrowing)).run()


class _Answering:
    def __init__(
        self, terms: Sequence[Term], known: Vocabulary, narrowing: tuple[str, ...]
    ) -> None:
        self.terms = terms
        self.known = known
        self.narrowing = narrowing
        self.is_marked = any(reading.is_marked for term in terms for reading in term.readings)
        self.word_count = sum(len(term.first.folded) for term in terms)
        self.slips: dict[str, list[str]] = {}
        self.beside: set[int] = set()
        self.exact: set[int] = set()
        self.share: dict[int, float] = {}
        self.candidates: dict[int, None] = {}

    def run(self) -> Answer:
        base = self.match(each(self.terms), COUNT_UP_TO)
        if not base and len(essential := self.essential()) < len(self.terms):
            base = self.match(each(essential), COUNT_UP_TO)
        has_title = bool(base) and self.titles()
        if base:
            self.bodies(base)
        before = set(self.candidates)
        # What stands somewhere word for word was typed well: no slip is looked for.
        is_well_typed = bool(self.beside) or (bool(base) and self.word_count == 1)
        if not has_title and not is_well_typed:
            self.wider(is_found=bool(base))
        rows = self.rows()
        scorer = Scorer(self.terms, self.known, self.slips)
        scores = {key: scorer.score(*row, self.standing(key)) for key, row in rows.items()}
        kept = self.worth_showing(scores, before)
        ranked = sorted(
            kept, key=lambda key: (-scores[key], -(key >> MINUTE_SHIFT), len(rows[key][0]), -key)
        )
        in_base = set(base)
        return Answer(
            ranked=[(key, scores[key]) for key in ranked],
            keys=base + [key for key in ranked if key not in in_base],
            slips=self.slips,
            meant=self.meant(rows[ranked[0]]) if ranked and self.slips else "",
        )

    def match(self, expression: Expression, limit: int = CANDIDATES) -> list[int]:
        return engine().match(Each((expression, *self.narrowing)), limit=limit)

    def take(self, keys: Sequence[int]) -> bool:
        """Take candidates; tell whether there are enough to leaf through for long."""
        self.candidates |= dict.fromkeys(keys)
        return len(self.candidates) >= PLENTY

    def titles(self) -> bool:
        """Take those that have all in the title; tell whether there are any."""
        if self.is_marked and self.take(self.match(each(self.terms, sign=TITLE, is_exact=True))):
            return True
        self.take(self.match(each(self.terms, sign=TITLE)))
        return bool(self.candidates)

    def bodies(self, base: list[int]) -> None:
        """Take what has all somewhere, best first, until there is plenty; then the newest."""
        steps: list[tuple[Expression, bool, bool]] = []
        if self.word_count > 1:
            if self.is_marked:
                steps.append((side_by_side(self.terms, is_exact=True), True, True))
            steps.append((side_by_side(self.terms), True, False))
        if self.is_marked:
            steps.append((each(self.terms, is_exact=True), False, True))
        for expression, is_beside, is_exact in steps:
            if len(self.candidates) >= PLENTY:
                break
            keys = self.match(expression)
            if is_beside:
                self.beside |= set(keys)
            if is_exact:
                self.exact |= set(keys)
            self.take(keys)
        self.take(base[: max(0, CANDIDATES - len(self.candidates))])
        self.share |= dict.fromkeys(base, 1.0)

    def wider(self, *, is_found: bool) -> None:
        """No title has it all: look for slips, then leave words out."""
        terms = self.essential()
        for term in terms:
            for word in term.first.folded:
                if word not in self.slips:
                    self.slips[word] = self.known.near(word)
        unknown = {w: near for w, near in self.slips.items() if w not in self.known.entries}
        # A slip that made another word of it: in a long query that word is rather left out.
        slips = self.slips if len(terms) <= FEW_TERMS else unknown
        for left_out in range(len(terms) // 2 + 1):
            share = 1 - left_out / len(terms)
            # One question for each way: an index reads the lists of a long "either" to their end.
            ways = self.ways(terms, left_out)
            for way in ways:
                way_slips = unknown if left_out else slips
                self.take(self.match(with_slips(way, way_slips, sign=TITLE), A_WAY))
            for way in () if is_found else ways[:MOST_WAYS]:
                if left_out and len(self.candidates) >= PLENTY:
                    break  # the ways that leave out the least came first
                keys = self.match(with_slips(way, unknown), A_WAY)
                self.share = dict.fromkeys(keys, share) | self.share
                self.take(keys)
            # A title that has all but one as typed may be better than one with slips in all.
            if left_out and len(self.candidates) >= ENOUGH:
                return

    def ways(self, terms: list[Term], left_out: int) -> list[list[Term]]:
        """Terms without so many of them: first what nobody wrote, last what few did."""
        weights = [
            max(self.known.weight(word) for word in term.first.folded)
            if len(term.readings) > 1 or any(map(self.is_written, term.first.folded))
            else 0.0
            for term in terms
        ]
        ways = sorted(
            combinations(range(len(terms)), len(terms) - left_out),
            key=lambda way: -sum(weights[n] for n in way),
        )
        return [[terms[n] for n in way] for way in ways[:MOST_WAYS_IN_TITLES]]

    def is_written(self, word: str) -> bool:
        return word in self.known.entries or bool(self.slips.get(word))

    def essential(self) -> list[Term]:
        """Terms without fillers, the heaviest of very many, in their order."""
        terms = [term for term in self.terms if not term.is_filler] or list(self.terms)
        if len(terms) > MOST_ESSENTIAL:
            weights = {
                n: max(self.known.weight(word) for word in term.first.folded)
                for n, term in enumerate(terms)
            }
            heaviest = sorted(sorted(weights, key=lambda n: -weights[n])[:MOST_ESSENTIAL])
            terms = [terms[n] for n in heaviest]
        return terms

    def rows(self) -> Rows:
        found = Indexed.objects.filter(pk__in=list(self.candidates))
        return {
            key: (title, number, keywords)
            for key, title, number, keywords in found.values_list(
                "pk", "title", "number", "keywords"
            )
        }

    def standing(self, key: int) -> Standing:
        return Standing(key in self.beside, key in self.exact, self.share.get(key, 0.0))

    def worth_showing(self, scores: dict[int, float], before: set[int]) -> list[int]:
        """What has all words, and of the rest what is better than the best of it, or good."""
        best_before = max((scores[key] for key in before if key in scores), default=0.0)
        best = max(scores.values(), default=0.0)
        enough = max(best_before if len(before) >= ENOUGH else 0.0, WORTH_SHOWING * best)
        return [key for key, score in scores.items() if key in before or score >= enough]

    def meant(self, best: tuple[str, str, str]) -> str:
        """The query as the best entry's title writes it, when a slip led there; else ""."""
        title = ReadTitle(*best)
        words: list[str] = []
        is_all_there, slipped, unknown = True, False, False
        place: int | None = None
        for term in self.terms:
            for marked, folded in zip(term.first.exact, term.first.folded, strict=True):
                near = [] if term.is_filler else self.slips.get(folded, [])
                place = title.place_of((folded, *near), after=place)
                if place is not None:
                    words.append(title.exact[place])
                    slipped = slipped or title.folded[place] != folded
                elif near and folded not in self.known.entries and len(term.readings) == 1:
                    words.append(self.known.shown.get(near[0], near[0]))
                    unknown = True
                else:
                    words.append(marked)
                    is_all_there = is_all_there and (term.is_filler or len(term.readings) > 1)
        return " ".join(words) if unknown or (slipped and is_all_there) else ""
