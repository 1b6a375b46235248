"""Numbers in words, as they are said in the north, the centre and the south."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Region = Literal["north", "central", "south"]

_UNITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_BILLION = 1_000_000_000
_FOUR, _FIVE, _TEN = 4, 5, 10
# Beyond this nobody counts: such a row of digits is a code.
_MOST_DIGITS = 18
# 0,125 is said as a number; 3,14159 digit by digit.
_MOST_DECIMALS = 3

_GROUPED = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?")
_GROUPED_ENGLISH = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Dialect:
    """The words of numbers that differ between regions."""

    odd: str  # the word in a hundred *and* five
    thousand: str


DIALECTS: dict[Region, Dialect] = {
    "north": Dialect(odd="linh", thousand="nghìn"),
    "central": Dialect(odd="lẻ", thousand="nghìn"),
    "south": Dialect(odd="lẻ", thousand="ngàn"),
}


def cardinal(number: int, region: Region = "north") -> str:
    """Say a whole number: 2005 → hai nghìn không trăm linh năm."""
    if number < 0:
        return "âm " + cardinal(-number, region)
    if number >= 10**_MOST_DIGITS:
        return digits(str(number))
    return " ".join(_whole(number, DIALECTS[region]))


def digits(text: str) -> str:
    """Say digits one by one: 0214 → không hai một bốn. Anything else in the text is passed over."""
    return " ".join(_UNITS[int(sign)] for sign in text if sign.isdecimal())


def number(text: str, region: Region = "north", *, decimal_comma: bool = False) -> str:
    """Say a number as it is written: 1.234,5 and 1,234.5 alike.

    A comma before exactly three digits marks thousands (43,000) unless ``decimal_comma`` says
    that what follows makes a fraction likely (2,375 tỷ), or it begins with 0 (0,125).
    """
    whole, decimals = split(text, decimal_comma=decimal_comma)
    counted = len(whole) <= _MOST_DIGITS
    spoken = cardinal(int(whole or "0"), region) if counted else digits(whole)
    if not decimals:
        return spoken
    return f"{spoken} phẩy {_decimals(decimals, region)}"


def split(text: str, *, decimal_comma: bool = False) -> tuple[str, str]:
    """Split a written number into its whole digits and its decimals."""
    if _GROUPED.fullmatch(text) and not text.startswith("0."):
        whole, _, decimals = text.partition(",")
        return whole.replace(".", ""), decimals
    if _GROUPED_ENGLISH.fullmatch(text) and not text.startswith("0,"):
        groups = text.count(",")
        if groups > 1 or "." in text or text.endswith(",000") or not decimal_comma:
            whole, _, decimals = text.partition(".")
            return whole.replace(",", ""), decimals
    whole, _, decimals = text.replace(",", ".").partition(".")
    # A row of stray separators (3.4.5) is no number that anyone writes: only its digits count.
    return whole, decimals.replace(".", "")


def _decimals(text: str, region: Region) -> str:
    stripped = text.lstrip("0")
    if len(text) > _MOST_DECIMALS or not stripped:
        return digits(text)
    zeros = digits("0" * (len(text) - len(stripped)))
    return f"{zeros} {cardinal(int(stripped), region)}".strip()


def _whole(number: int, dialect: Dialect) -> list[str]:
    if number == 0:
        return ["không"]
    billions, rest = divmod(number, _BILLION)
    words = [*_whole(billions, dialect), "tỷ"] if billions else []
    for size, name in ((1_000_000, "triệu"), (1_000, dialect.thousand), (1, "")):
        group, rest = divmod(rest, size)
        if group:
            words += _hundreds(group, dialect, inside=bool(words))
            if name:
                words.append(name)
    return words


def _hundreds(number: int, dialect: Dialect, *, inside: bool) -> list[str]:
    """Say 1 to 999; ``inside`` a longer number the empty hundreds are said too."""
    hundreds, rest = divmod(number, 100)
    words = [_UNITS[hundreds], "trăm"] if hundreds or inside else []
    if not rest:
        return words
    tens, ones = divmod(rest, _TEN)
    if tens == 0:
        if words:
            words.append(dialect.odd)
        return [*words, _one(ones, after_odd=bool(words))]
    if tens == 1:
        words.append("mười")
        if ones:
            words.append("lăm" if ones == _FIVE else _UNITS[ones])
        return words
    words += [_UNITS[tens], "mươi"]
    if ones:
        words.append({1: "mốt", _FOUR: "tư", _FIVE: "lăm"}.get(ones, _UNITS[ones]))
    return words


def _one(ones: int, *, after_odd: bool) -> str:
    return "tư" if ones == _FOUR and after_odd else _UNITS[ones]
