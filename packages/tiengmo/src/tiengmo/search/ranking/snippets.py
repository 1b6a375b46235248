"""A piece of the text around what was found, and the match in <mark>."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from tiengmo.search.ranking.scoring import OTHER_MARKS, likeness
from tiengmo.search.reading.words import exact, spans

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tiengmo.search.reading.asking import Term

SNIPPET_WORDS = 38
LEAD_WORDS = 8
# Of a very long text only its beginning is looked through.
LOOK_THROUGH = 20_000

Span = tuple[str, int, int]


class Marker:
    """Marks the words of one query."""

    def __init__(self, terms: Sequence[Term], slips: dict[str, list[str]]) -> None:
        self.asked: dict[str, set[str]] = {}
        for term in terms:
            for reading in term.readings:
                for marked, folded in zip(reading.exact, reading.folded, strict=True):
                    self.asked.setdefault(folded, set()).add(marked)
        self.fillers = {word for term in terms if term.is_filler for word in term.first.folded}
        self.near = {word: near for word, near in slips.items() if word in self.asked}
        self.slips: set[str] = set()

    def title(self, text: str) -> SafeString:
        words = list(spans(text))
        self._look_for_slips(words)
        return self._marked(text, words, 0, len(text))

    def snippet(self, text: str) -> SafeString:
        """The piece with the most of what was asked for; the beginning when there is none."""
        text = text[:LOOK_THROUGH]
        words = list(spans(text))
        if not words:
            return mark_safe("")
        hits = [
            n for n, (word, begin, end) in enumerate(words) if self._is_match(word, text[begin:end])
        ]
        first = max(0, self._best(words, hits) - LEAD_WORDS) if hits else 0
        if first + SNIPPET_WORDS > len(words):
            first = max(0, len(words) - SNIPPET_WORDS)
        last = min(len(words), first + SNIPPET_WORDS)
        begin = words[first][1] if first else 0
        end = words[last - 1][2] if last < len(words) else len(text)
        piece = self._marked(text, words[first:last], begin, end)
        before, after = ("… " if first else ""), (" …" if last < len(words) else "")
        return mark_safe(f"{before}{piece}{after}")  # noqa: S308 (escaped piece by piece)

    def _best(self, words: Sequence[Span], hits: Sequence[int]) -> int:
        """The hit from which a snippet shows the most different words, side by side if it can."""
        beside = {one for one, other in pairwise(hits) if other == one + 1}
        best, most = hits[0], -1.0
        for n, hit in enumerate(hits[:400]):
            window = [
                other
                for other in hits[n : n + SNIPPET_WORDS]
                if other < hit + SNIPPET_WORDS - LEAD_WORDS
            ]
            different = {words[other][0] for other in window}
            worth = len(different - self.fillers) + 0.5 * sum(other in beside for other in window)
            if worth > most:
                best, most = hit, worth
        return best

    def _look_for_slips(self, words: Sequence[Span]) -> None:
        """What a word was a slip for is marked where the word itself does not stand."""
        self.slips = set()
        if self.near:
            there = {word for word, _begin, _end in words}
            for word, near in self.near.items():
                if word not in there:
                    self.slips |= {
                        slip for slip in near if slip in there and slip not in self.asked
                    }

    def _is_match(self, folded: str, as_written: str) -> bool:
        asked = self.asked.get(folded)
        if asked is None:
            return folded in self.slips
        if folded in asked:
            return True
        there = exact(as_written)
        return any(likeness(marked, there) != OTHER_MARKS for marked in asked)

    def _marked(self, text: str, words: Iterable[Span], begin: int, end: int) -> SafeString:
        out: list[str] = []
        place = begin
        marked_until = -1
        for folded, start, stop in words:
            if not self._is_match(folded, text[start:stop]):
                continue
            gap = text[place:start]
            if marked_until == place and gap.isspace():
                out[-1] = escape(gap)  # one mark over words that stand side by side
            else:
                out += [escape(gap), "<mark>"]
            out += [escape(text[start:stop]), "</mark>"]
            place = marked_until = stop
        out.append(escape(text[place:end]))
        return mark_safe("".join(out))  # noqa: S308 (escaped piece by piece)
