"""What an entry may say, how long it may be changed, what a headcount says of households. Pure."""

from __future__ import annotations

import hashlib
import math
import re
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

# A phone in the hills may be weeks without signal; what is older belongs to last month's report.
OLDEST = timedelta(days=31)
# A phone's clock may be a little ahead.
CLOCK_TOLERANCE = timedelta(minutes=15)
CHANGEABLE = timedelta(days=1)
MOST_PEOPLE = 5_000
MOST_QUESTIONS = 1_000
# More of one household rarely come to one session: the least number of households that sent
# somebody follows from it, where nobody counted them.
MOST_OF_A_HOUSEHOLD = 5

_DATE = re.compile(r"\b\d{1,2}[./-]\d{1,2}[./-](?:19|20)\d\d(?![\d.-])")
_TELEPHONE = re.compile(r"(?<!\d)(?:\+84|0)(?:[ .-]?\d){8,10}(?!\d)")
# Nine or twelve digits: an identity card, old and new.
_IDENTITY = re.compile(r"(?<!\d)\d(?: ?\d){8}(?:(?: ?\d){3})?(?!\d)")
_EMAIL = re.compile(r"\S@\S+\.\S")
# «ông Nguyễn Văn A», «chị Mẩy». «Bác Hồ» is what half the resolutions are about.
_TITLED = re.compile(r"\b(ông|bà|anh|chị|cô|chú|cụ|em)\s+(\w)(\w*)", re.IGNORECASE)

NUMBERS, NAMES = "numbers", "names"


def personal_in(text: str) -> str:
    """What a line says of a person: NUMBERS, NAMES, or "" when it says nothing we can see."""
    bare = _DATE.sub(" ", text)
    if any(found.search(bare) for found in (_TELEPHONE, _IDENTITY, _EMAIL)):
        return NUMBERS
    for title, first, rest in _TITLED.findall(text):
        # In a line of capitals «BÀ CON» is nobody's name.
        if first.isupper() and not (title.isupper() and rest.isupper()):
            return NAMES
    return ""


def mark(revision: int, words: Mapping[str, object], *, is_withdrawn: bool) -> str:
    """Stands for what a phone said in one revision of an entry."""
    said = "\0".join(f"{name}={words[name]}" for name in sorted(words))
    digest = hashlib.blake2b(f"{is_withdrawn}\0{said}".encode(), digest_size=8).hexdigest()
    return f"{revision}:{digest}"


def may_change(noted_at: datetime, now: datetime) -> bool:
    """Its author changes or withdraws an entry for a day after it arrived here."""
    return now - noted_at < CHANGEABLE


def households_told(headcount: int, counted: int | None, of_village: int) -> tuple[int, int]:
    """Households that had somebody in one session, at least and at most.

    Counted ones are what they are. Otherwise no two people were of one household, or as many of
    one as ever come: never more households than live in the village.
    """
    if counted is not None:
        return min(counted, of_village), min(counted, of_village)
    least = math.ceil(headcount / MOST_OF_A_HOUSEHOLD)
    return min(least, of_village), min(headcount, of_village)


def several(intervals: Iterable[tuple[int, int]], of_village: int) -> tuple[int, int]:
    """Several sessions of one village: the same people may have come, or other ones."""
    lo = hi = 0
    for one_lo, one_hi in intervals:
        lo, hi = max(lo, one_lo), hi + one_hi
    return min(lo, of_village), min(hi, of_village)
