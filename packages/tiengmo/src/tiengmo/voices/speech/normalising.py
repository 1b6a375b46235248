"""Written Vietnamese made speakable: the order in which the rules are applied.

What is more particular goes first: an address of the web before a number, a document's number
before a date, a date before a fraction. Each rule leaves words, which no later rule touches.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tiengmo.voices.speech.abbreviations import prepared
from tiengmo.voices.speech.calendar_words import say_dates, say_times
from tiengmo.voices.speech.cleaning import tidy_in, tidy_out
from tiengmo.voices.speech.identifiers import say_codes, say_web
from tiengmo.voices.speech.numbers import Region, digits
from tiengmo.voices.speech.quantities import say_products, say_quantities, say_rates
from tiengmo.voices.speech.references import say_documents, say_romans

if TYPE_CHECKING:
    from collections.abc import Mapping

_HAS_DIGIT = re.compile(r"\d")
_DIGITS = re.compile(r"\d+")
_LIST_NUMBER = re.compile(r"(?:^|(?<=[;:.] ))(\d{1,2})(?:\)|[.](?= ?[^\W\d_]))", re.MULTILINE)
_SIGNS = [
    (re.compile(r" ?& ?"), " và "),
    (re.compile(r" ?(?:≥|>=) ?(?=\d)"), " lớn hơn hoặc bằng "),
    (re.compile(r" ?(?:≤|<=) ?(?=\d)"), " nhỏ hơn hoặc bằng "),
    (re.compile(r" ?> ?(?=\d)"), " hơn "),
    (re.compile(r" ?< ?(?=\d)"), " dưới "),
    (re.compile(r" ?= ?(?=-?\d)"), " bằng "),
]
# 1 500 000 đồng: thousands set apart by spaces, where what follows shows that they are counted.
_SPACED = re.compile(
    r"(?<![\d.,/-])(?<!\d )[1-9]\d{0,2}(?: \d{3}){1,4}"
    r"(?= ?(?:đồng|đ|₫|VNĐ|VND|USD|người|hộ|ha|m2|km2|con|cây|tấn|kg|lượt|bản|thuê bao)(?!\w))"
)
_TAIL_SIGN = re.compile(r"(?<![\d.])(\d[\d.]*)\+(?= ?[^\W\d]|$)")
_SLASH = re.compile(r"(?<=[^\W\d_]) ?/ ?(?=[^\W\d_])")
_BOUNDARY = re.compile(r"(?<=[.!?…])\s+|\n+")
_DOT_JOINED = re.compile(r"(?<=[^\W\d_][^\W\d_])([,;:!?…])(?=\w)")


def normalise(
    text: str, *, abbreviations: Mapping[str, str] | None = None, region: Region = "north"
) -> str:
    """Return what an announcer of the region says when ``text`` is on the sheet.

    Words, spaces and the punctuation that makes a pause; composed (NFC); no digit is left. Lines
    stay lines, empty ones go. ``abbreviations`` is laid over the list that is shipped.
    """
    known = prepared(abbreviations)
    text = tidy_in(text)
    text = say_web(text, region)
    text = _DOT_JOINED.sub(r"\1 ", text)
    if _HAS_DIGIT.search(text):
        text = say_documents(text, region)
    text = say_romans(text, region)
    if _HAS_DIGIT.search(text):
        text = _SPACED.sub(lambda match: match.group().replace(" ", ""), text)
        text = _LIST_NUMBER.sub(r"\1,", text)
        text = say_dates(say_times(text, region), region)
        text = say_products(text)
        text = say_codes(text, region, known)
    text = known.expand(text)
    if _HAS_DIGIT.search(text):
        for pattern, spoken in _SIGNS:
            text = pattern.sub(spoken, text)
        text = say_rates(text)
        text = _TAIL_SIGN.sub(r"hơn \1", text)
        text = say_quantities(text, region)
        text = _DIGITS.sub(lambda match: f" {digits(match.group())} ", text)
    text = text.replace("&", " và ")
    return tidy_out(_SLASH.sub(" ", text))
