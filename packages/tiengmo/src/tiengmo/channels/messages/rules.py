"""Characters, parts, numbers and waiting times of text messages. Pure."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

# 3GPP TS 23.038, 6.2.1: the default alphabet, and the characters of its extension table, which
# take two places. Vietnamese letters with marks are in neither (but à, é, ì, ò, ù are).
GSM_TABLE = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENDED = {
    "\f": 0x0A, "^": 0x14, "{": 0x28, "}": 0x29, "\\": 0x2F, "[": 0x3C, "~": 0x3D, "]": 0x3E,
    "|": 0x40, "€": 0x65,
}  # fmt: skip
GSM_BASIC = frozenset(GSM_TABLE) - {"\x1b"}
GSM_EXTENSION = frozenset(GSM_EXTENDED)
# One message alone, and each part of several: a header of six octets takes room in each.
GSM_ALONE, GSM_PART = 160, 153
UCS2_ALONE, UCS2_PART = 70, 67
FIRST_PLANE = 0xFFFF
MOST_PARTS = 3

# What editors' keyboards make of plain characters.
_PLAIN = {
    "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "‚": "'",
    "–": "-", "—": "-", "−": "-", "•": "-", "…": "...", "\u00a0": " ", "\u202f": " ",
    "\u2009": " ", "đ": "d", "Đ": "D", "₫": "d", "×": "x", "²": "2", "³": "3", "°": " do ",
}  # fmt: skip

# Mobile numbers of Viet Nam since 2018: ten digits, 03, 05, 07, 08, 09.
_NUMBER = re.compile(r"(?:\+?84|0)([35789]\d{8})")

LONGEST_PAUSE_SECONDS = 300.0
LONGEST_BACK_OFF_SECONDS = 900.0
# Numbers of one household, at most. An assumption, and stated as one: an average would be none, as
# the numbers that a message reached may all be of the largest households.
MOST_OF_A_HOUSEHOLD = 10


@dataclass(frozen=True)
class Size:
    """How a text travels: its alphabet, its length in places of it, and in how many parts."""

    is_plain: bool
    length: int
    parts: int

    @property
    def room(self) -> int:
        """Places that the parts it takes have altogether."""
        alone, part = (GSM_ALONE, GSM_PART) if self.is_plain else (UCS2_ALONE, UCS2_PART)
        return alone if self.parts <= 1 else part * self.parts

    @property
    def alphabet(self) -> str:
        return "GSM-7" if self.is_plain else "UCS-2"


@lru_cache(maxsize=256)  # fifty thousand are told the same
def size_of(text: str) -> Size:
    """Measure a text as the network will cut it; no character is split between two parts."""
    is_plain, pieces = parts_of(text)
    return Size(is_plain, sum(_places(letter, is_plain) for letter in text), len(pieces))


def parts_of(text: str) -> tuple[bool, list[str]]:
    """Whether it travels as GSM-7 (else UCS-2), and the text of each part."""
    is_plain = all(letter in GSM_BASIC or letter in GSM_EXTENSION for letter in text)
    alone, room_of_part = (GSM_ALONE, GSM_PART) if is_plain else (UCS2_ALONE, UCS2_PART)
    places = [_places(letter, is_plain) for letter in text]
    if sum(places) <= alone:
        return is_plain, [text] if text else []
    pieces, began, room = [], 0, room_of_part
    for index, place in enumerate(places):
        if place > room:
            pieces.append(text[began:index])
            began, room = index, room_of_part
        room -= place
    return is_plain, [*pieces, text[began:]]


def _places(letter: str, is_plain: bool) -> int:
    if is_plain:
        return 2 if letter in GSM_EXTENSION else 1
    # UTF-16 in truth: a character outside the first plane takes two places.
    return 2 if ord(letter) > FIRST_PLANE else 1


def plain(text: str) -> str:
    """The text without diacritics, in letters that take one place each: Đường → Duong."""
    swapped = "".join(_PLAIN.get(letter, letter) for letter in unicodedata.normalize("NFC", text))
    bare = "".join(
        letter
        for letter in unicodedata.normalize("NFD", swapped)
        if not unicodedata.combining(letter)
    )
    kept = "".join(letter for letter in bare if letter in GSM_BASIC or letter in GSM_EXTENSION)
    return re.sub(r" {2,}", " ", kept).strip()


def shortened(text: str, *, parts: int = MOST_PARTS) -> str:
    """The text, cut at a word when it would take more parts."""
    text = text.strip()
    if size_of(text).parts <= parts:
        return text
    words = text.split(" ")
    while len(words) > 1:
        words.pop()
        # Three dots, not one sign: that would make a plain text travel as UCS-2.
        if size_of(cut := " ".join(words) + "...").parts <= parts:
            return cut
    most = (GSM_PART if size_of(text).is_plain else UCS2_PART // 2) * parts
    return text[: most - 3] + "..."


def with_line_if_free(text: str, line: str) -> str:
    """Add a line when it costs no further part."""
    longer = f"{text}\n{line}"
    before, after = size_of(text), size_of(longer)
    return longer if after.parts == before.parts and after.is_plain == before.is_plain else text


def number_of(typed: str) -> str | None:
    """A mobile number as providers want it (84912345678), or None when it is none of ours."""
    match = _NUMBER.fullmatch(re.sub(r"[\s.\-()]", "", typed))
    return f"84{match[1]}" if match else None


def back_off_seconds(attempts: int) -> float:
    """Before a message is tried again: 5, 10, 20, … at most fifteen minutes."""
    return min(5.0 * 2.0 ** min(attempts - 1, 20), LONGEST_BACK_OFF_SECONDS)


def pause_seconds(failures: int) -> float:
    """How long a provider is left alone after n failures in a row: 2, 4, 8, … at most 5 min."""
    return min(2.0 ** min(failures, 20), LONGEST_PAUSE_SECONDS)


def households_told(
    numbers: int, *, households: int, population: int, telephones: int | None = None
) -> tuple[int, int]:
    """Households behind `numbers` subscribers of a village whose telephones got a message.

    At most each is of a household of its own. At least they share households, MOST_OF_A_HOUSEHOLD
    to one, or as many as people live in one on average where that is more: the lower bound holds
    where no household has more. Never more than there are.
    telephones: mobile subscribers that the village is stated to have. Subscribers say themselves
    where they live: more numbers than telephones are not all of this village.
    """
    if numbers <= 0 or households <= 0:
        return 0, 0
    shared = max(MOST_OF_A_HOUSEHOLD, math.ceil(population / households))
    hi = min(numbers, households)
    if telephones:
        hi = min(hi, telephones)
    return min(math.ceil(numbers / shared), hi), hi
