"""Judge what is spoken against the readings that announcers accept (see README.md)."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from itertools import islice, product
from pathlib import Path
from typing import TYPE_CHECKING

from tiengmo.foundation.vietnamese import canonical

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HERE = Path(__file__).parent
_MOST_READINGS = 5_000

# Spellings of one sound. None of them changes what a listener understands.
_SAME_SOUND = [
    (r"\blẻ\b", "linh"),
    (r"\bngàn\b", "nghìn"),
    (r"\btỉ\b", "tỷ"),
    (r"\bbẩy\b", "bảy"),
    (r"\b(mươi|linh) bốn\b", r"\1 tư"),
    (r"\b(e mờ|em mờ|mờ)\b", "em"),
    (r"\b(e nờ|en nờ|nờ)\b", "en"),
    (r"\b(e lờ|en lờ|eo lờ|ê lờ)\b", "lờ"),
    (r"\b(e rờ|a rờ)\b", "rờ"),
    (r"\b(ét sì|ét xì|ét sờ|ết sờ|ét xờ|e sờ|sờ)\b", "ét"),
    (r"\b(ích xì|ích xờ|xờ|ếch xì|ích sì)\b", "ích"),
    (r"\b(i dài|y dài|i cờ rét|y)\b", "i"),
    (r"\b(giê|gờ|gi|ghê)\b", "giê"),
    (r"\b(cu|quy|qui|kiu)\b", "quy"),
    (r"\b(hát|hắt|hờ)\b", "hát"),
    (r"\b(ca|ka|cờ|kờ)\b", "ca"),
    (r"\b(bê|bờ)\b", "bê"),
    (r"\b(xê|xờ)\b", "xê"),
    (r"\b(dê|dờ)\b", "dê"),
    (r"\b(đê|đờ)\b", "đê"),
    (r"\b(pê|pờ)\b", "pê"),
    (r"\b(tê|tờ)\b", "tê"),
    (r"\b(vê|vờ)\b", "vê"),
    (r"\b(ép|ép phờ|ép phê|phờ)\b", "ép"),
    (r"\b(dét|zét|giét|gi ét)\b", "dét"),
    (r"\b(vê kép|vê đúp|đúp liu|đáp liu)\b", "vê kép"),
    (r"\b(hec ta|hecta|héc tô a)\b", "héc ta"),
    (r"\b(kilômét|ki lô met|kilomet|kí lô mét|ki lo mét|cây số)\b", "ki lô mét"),
    (r"\b(kilôgam|ki lô gram|kilogam|kí lô gam|ki lô gờ ram|kilôgram)\b", "ki lô gam"),
    (r"\b(milimét|milimet|mi ly mét)\b", "mi li mét"),
    (r"\b(mililít|mililit|mi li lit)\b", "mi li lít"),
    (r"\b(miligam|mi li gram)\b", "mi li gam"),
    (r"\b(xentimét|centimet|xen ti met|xăng ti mét|xentimet)\b", "xen ti mét"),
    (r"\b(kilôoát|kilowatt|ki lô goát|ki lô quát)\b", "ki lô oát"),
    (r"\b(mêgahéc|megahertz|mê ga hẹc|mê ga hét)\b", "mê ga héc"),
    (r"\b(gigabyte|gigabai|gi ga bai t)\b", "gi ga bai"),
    (r"\bđô la mĩ\b", "đô la mỹ"),
]
_SAME_SOUND_COMPILED = [(re.compile(canonical(old)), canonical(new)) for old, new in _SAME_SOUND]
_NOT_WORDS = re.compile(r"[^\w]+|_")
_CHOICE = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Case:
    text: str
    spoken: str
    category: str

    @property
    def readings(self) -> list[str]:
        return [way for whole in self.spoken.split(" | ") for way in _ways(whole)]


def cases(half: str) -> list[Case]:
    with (HERE / f"{half}.tsv").open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [Case(row["input"], row["spoken"], row["category"]) for row in rows]


def words(spoken: str) -> str:
    """Reduce what is spoken to the words that are heard."""
    text = " ".join(_NOT_WORDS.sub(" ", canonical(spoken).lower()).split())
    for old, new in _SAME_SOUND_COMPILED:
        text = old.sub(new, text)
    return text


def is_right(case: Case, spoken: str) -> bool:
    heard = words(spoken)
    return any(words(reading) == heard for reading in case.readings)


def misses(half: str, speak: Callable[[str], str]) -> list[tuple[Case, str]]:
    """Return the cases that ``speak`` gets wrong, with what it says."""
    wrong = []
    for case in cases(half):
        try:
            spoken = speak(case.text)
        except Exception as error:  # a candidate that fails on a sentence has not spoken it
            spoken = f"[{type(error).__name__}]"
        if not is_right(case, spoken):
            wrong.append((case, spoken))
    return wrong


def _ways(spoken: str) -> Iterator[str]:
    parts = _CHOICE.split(spoken)
    # Odd parts are choices: a sentence with many places multiplies, so the product is bounded.
    options = [part.split("|") if at % 2 else [part] for at, part in enumerate(parts)]
    for way in islice(product(*options), _MOST_READINGS):
        yield "".join(way)
