"""Abbreviations: the list that the locality edits, and what is done with those not on it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from tiengmo.voices.speech.letters import acronym, spell

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# UBND, KT-XH, NN&PTNT, TTg, VNeID: a word of letters that begins with two capitals or more.
_CAPITALS = re.compile(
    r"(?<![^\W_])[A-ZĐƯ][A-ZĐƯa-z]{0,3}[A-ZĐƯ]\w{0,12}(?:[&-][A-ZĐƯ][\w]{0,12}){0,4}(?![^\W_])"
)
_PARTS = re.compile(r"([&-])")
_ORDINARY_KEY = re.compile(r"[A-ZĐƯ][\w&-]*")
_ALL_CAPITALS = re.compile(r"[A-ZĐƯ]{2,}")
_HEADING_WORD = re.compile(r"[^\W\d_]{2,}")
_AMBIGUOUS = 2
_HEADING_SHARE = 0.7
_HEADING_WORDS = 3

# A full stop after these belongs to them when a name or a number follows.
_BEFORE_NAMES = [
    (re.compile(r"(?<!\w)(?:TP|Tp)\.? ?(?=[A-ZĐÂĂÊÔƠƯ]\w)"), "thành phố "),
    (re.compile(r"(?<!\w)TX\. ?(?=[A-ZĐ])"), "thị xã "),
    (re.compile(r"(?<!\w)TT\. ?(?=[A-ZĐ]\w*[^\W\d_a-zA-Z])"), "thị trấn "),
    (re.compile(r"(?<!\w)Q\. ?(?=\d|[A-ZĐ])"), "quận "),
    (re.compile(r"(?<!\w)P\. ?(?=\d{3})"), "phòng "),
    (re.compile(r"(?<!\w)P\. ?(?=\d|[A-ZĐ])"), "phường "),
    (re.compile(r"(?<!\w)H\. ?(?=[A-ZĐ]\w*[^\W\d_a-zA-Z])"), "huyện "),
    (re.compile(r"(?<!\w)(?:Đ|đ)/[cC]\.?(?!\w)"), "đồng chí"),
    (re.compile(r"(?<!\w)[tT]p\.? ?(?=[A-ZĐ])"), "thành phố "),
    (re.compile(r"(?<=% )KH(?!\w)|(?<=vượt )KH(?!\w)|(?<=so với )KH(?!\w)"), "kế hoạch"),
    (re.compile(r"(?<!\w)PGS\. ?(?=TS|[A-ZĐ])"), "phó giáo sư "),
    (re.compile(r"(?<!\w)GS\. ?(?=TS|[A-ZĐ])"), "giáo sư "),
    (re.compile(r"(?<!\w)TS\. ?(?=[A-ZĐ])"), "tiến sĩ "),
    (re.compile(r"(?<!\w)KS\. ?(?=[A-ZĐ])"), "kỹ sư "),
    (re.compile(r"(?<!\w)(?:ThS|Ths)\. ?"), "thạc sĩ "),
    (re.compile(r"(?<!\w)BS\. ?(?=[A-ZĐ])"), "bác sĩ "),
    (re.compile(r"(?<!\w)(?:Tr|tr)\. ?(?=\d)"), "trang "),
    (
        re.compile(r"(?<!\w)[cC]o(?:vid|VID)[ -]*(?=19(?!\d))|(?<!\w)COVID[ -]*(?=19(?!\d))"),
        "cô vít ",
    ),
    (re.compile(r"(?<!\w)PT ?[-–] ?TH(?!\w)"), "phát thanh truyền hình"),
    (
        re.compile(r"(?<!\w)v\.v(?:\.(?=\.\.)|\.(?! *[A-ZĐ\n]|\s*$)|(?=\W|$))", re.MULTILINE),
        "vân vân",
    ),
]


@dataclass(frozen=True)
class Abbreviations:
    """A list made ready for use: plain words of capitals, and the few keys of another shape."""

    words: Mapping[str, str]
    others: re.Pattern[str] | None

    def expand(self, text: str) -> str:
        """Replace abbreviations by what is said, and spell words of capitals that no one knows."""
        for pattern, spoken in _BEFORE_NAMES:
            text = pattern.sub(spoken, text)
        if self.others is not None:
            text = self.others.sub(lambda match: self.words[match.group()], text)
        return "\n".join(self._expand_line(line) for line in text.split("\n"))

    def _expand_line(self, line: str) -> str:
        if not _CAPITALS.search(line):
            return line
        heading = _is_heading(line)
        return _CAPITALS.sub(lambda match: self._say(match.group(), heading=heading), line)

    def _say(self, word: str, *, heading: bool) -> str:
        if word in self.words and not (heading and acronym(word) == word):
            return self.words[word]
        if "&" in word or "-" in word:
            joined = {"&": " và ", "-": " "}
            parts = _PARTS.split(word)
            return "".join(joined.get(part) or self._part(part, heading=heading) for part in parts)
        if not _ALL_CAPITALS.fullmatch(word):
            return word
        return acronym(word)

    def _part(self, word: str, *, heading: bool) -> str:
        # Two letters mean too many things inside a compound that nobody listed.
        return spell(word) if len(word) <= _AMBIGUOUS else self._say(word, heading=heading)

    def letters(self, word: str) -> str:
        """Say the letters of a code: from the list, or spelt."""
        return self.words.get(word) or spell(word)


def parse(lines: Iterable[str]) -> dict[str, str]:
    """Read a list: what is written, a tab, what is said; ``#`` begins a note."""
    found = {}
    for line in lines:
        written, tab, spoken = line.rstrip("\n").partition("\t")
        if tab and not line.startswith("#"):
            found[written.strip()] = spoken.strip()
    return found


@lru_cache(maxsize=1)
def default_abbreviations() -> Mapping[str, str]:
    """Return the list that is shipped; a locality's own list is laid over it."""
    text = files("tiengmo.voices.speech").joinpath("abbreviations.tsv").read_text(encoding="utf-8")
    return parse(text.splitlines())


def prepared(own: Mapping[str, str] | None = None) -> Abbreviations:
    """Lay a locality's own list over the shipped one; an empty reading takes an entry out."""
    return _prepared(tuple(sorted(own.items())) if own else ())


@lru_cache(maxsize=8)
def _prepared(own: tuple[tuple[str, str], ...]) -> Abbreviations:
    words = {
        key: spoken for key, spoken in {**default_abbreviations(), **dict(own)}.items() if spoken
    }
    others = sorted(
        (key for key in words if not _ORDINARY_KEY.fullmatch(key)), key=len, reverse=True
    )
    pattern = "|".join(map(re.escape, others))
    return Abbreviations(words, re.compile(rf"(?<!\w)(?:{pattern})(?!\w)") if others else None)


def _is_heading(line: str) -> bool:
    words = _HEADING_WORD.findall(line)
    shouted = sum(word.isupper() for word in words)
    return len(words) >= _HEADING_WORDS and shouted >= _HEADING_SHARE * len(words)
