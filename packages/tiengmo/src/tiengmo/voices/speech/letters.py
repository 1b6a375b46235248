"""Names of letters, and Roman numerals."""

from __future__ import annotations

import re

from tiengmo.foundation.vietnamese import is_syllable

_NAMES = {
    "a": "a", "ă": "á", "â": "ớ", "b": "bê", "c": "xê", "d": "dê", "đ": "đê", "e": "e", "ê": "ê",
    "f": "ép", "g": "giê", "h": "hát", "i": "i", "j": "gi", "k": "ca", "l": "lờ", "m": "em",
    "n": "en", "o": "ô", "ô": "ô", "ơ": "ơ", "p": "pê", "q": "quy", "r": "rờ", "s": "ét", "t": "tê",
    "u": "u", "ư": "ư", "v": "vê", "w": "vê kép", "x": "ích", "y": "i", "z": "dét",
}  # fmt: skip
_ROMAN = re.compile(r"M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})")
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}

_VOWELS = frozenset("AEIOUY")
# A word of foreign capitals with a vowel and this many letters is said as a word (SAMSUNG).
_LONG_ENOUGH_FOR_A_WORD = 5


def spell(text: str) -> str:
    """Say letters by their Vietnamese names: BTS → bê tê ét."""
    return " ".join(_NAMES[letter] for letter in text.lower() if letter in _NAMES)


def roman(text: str) -> int:
    """Return the value of a Roman numeral in capitals, 0 if it is none."""
    if not text or not _ROMAN.fullmatch(text):
        return 0
    values = [_ROMAN_VALUES[letter] for letter in text]
    following = [*values[1:], 0]
    return sum(
        -value if value < after else value for value, after in zip(values, following, strict=True)
    )


def acronym(text: str) -> str:
    """Say a word of capitals that no dictionary knows: spelt, unless it can be said as a word."""
    if is_syllable(text):
        return text
    if not text.isascii() and any(not letter.isascii() and letter not in "ĐƯ" for letter in text):
        return text
    if len(text) >= _LONG_ENOUGH_FOR_A_WORD and _VOWELS.intersection(text):
        return text.capitalize()
    return spell(text)
