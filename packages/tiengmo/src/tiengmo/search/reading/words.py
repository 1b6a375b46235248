"""Words of a text: runs of letters and runs of digits, with where they stand."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from tiengmo.foundation.vietnamese import canonical, fold, nfc

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_WORD = 40
# "07CT/TW" is 7, ct, tw: people type document numbers with and without the signs between.
_RUN = re.compile(r"[^\W\d_]+|\d+")
# A telephone number as it is printed, "0214 388 2113"; it is also found typed in one.
PHONE = re.compile(r"(?<!\d)0\d{1,4}(?:[ .-]\d{2,4}){1,4}(?!\d)")
_PHONE_DIGITS = range(9, 12)


def plain(text: str) -> str:
    """Give the text as words are read from it: composed, lower case, letter for letter."""
    return nfc(text).lower()


def words(text: str) -> list[str]:
    """Words with their marks, of a text that is `plain` or folded."""
    return [_one(word) for word in _RUN.findall(text)]


def read(text: str) -> list[tuple[str, str]]:
    """Words of a `plain` text: with their marks in their one place, and without."""
    return [_both(word) for word in _RUN.findall(text)]


def joined_phone(printed: str) -> str:
    """The digits in one, when they are as many as a telephone number has; else as they were."""
    digits = "".join(digit for digit in printed if digit.isdigit())
    return digits if len(digits) in _PHONE_DIGITS else printed


def spans(text: str) -> Iterator[tuple[str, int, int]]:
    """Folded words of a composed text, with where each begins and ends."""
    for match in _RUN.finditer(text):
        yield _both(match.group().lower())[1], match.start(), match.end()


def exact(word: str) -> str:
    """Give the word with its marks in their one place."""
    return _both(word.lower())[0]


# Text of any length has some thousands of different words.
@lru_cache(maxsize=60_000)
def _both(word: str) -> tuple[str, str]:
    return _one(canonical(word)), _one(fold(word))


def _one(word: str) -> str:
    word = word[:LONGEST_WORD]
    # 07 is 7, as people type it; an ordinal of a decree or a day.
    return word.lstrip("0") or "0" if word.isdigit() else word
