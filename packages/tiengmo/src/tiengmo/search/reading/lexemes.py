"""What stands in the index for an entry: its words folded, with their marks, and by twos.

- ``duong``: the word without marks; ``đường``: with them, when it has any;
- ``duong_nguyen``: two words that stand side by side, without marks: most Vietnamese words are
  written as two syllables, and two syllables alone are on every page;
- ``^duong``, ``^đường``, ``^duong_nguyen``: the same, in the title, the number or the keywords;
- ``@kbulletin``, ``@u02678``, ``@cnews``, ``@y2024``: what a reader may narrow by.

VERSION is raised when the same entry would give other lexemes: the index is then built anew.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from .words import PHONE, joined_phone, plain, read, words

if TYPE_CHECKING:
    from collections.abc import Iterable

VERSION = 1
TITLE = "^"
_NOT_IN_A_LEXEME = re.compile(r"[^a-z0-9]")


def lexemes(title_texts: Iterable[str], body: str, facets: Iterable[str]) -> list[str]:
    """Lexemes of an entry, each once, in no order."""
    found = set(facets)
    for text in title_texts:
        if text:
            in_title = _of_text(text)
            found |= in_title
            found.update([TITLE + lexeme for lexeme in in_title])
    if body:
        found |= _of_text(body)
    return list(found)


def facet(sign: str, value: str) -> str:
    """Write a facet's value as a lexeme."""
    safe = _NOT_IN_A_LEXEME.sub(lambda match: f"_{ord(match.group()):x}_", value)
    return f"@{sign}{safe}"


def pair(first: str, second: str) -> str:
    """The lexeme of two folded words that stand side by side."""
    return f"{first}_{second}"


def _of_text(text: str) -> set[str]:
    text = plain(text)
    both = read(text)
    bare = [folded for _exact, folded in both]
    found = {exact for exact, _folded in both}
    found.update(bare)
    # As `pair` writes it, without a call for each: this line is run for every word ever put in.
    found.update([f"{first}_{second}" for first, second in pairwise(bare)])
    if any(digit in text for digit in "0123456789"):
        phones = map(joined_phone, PHONE.findall(text))
        found.update(word for phone in phones if phone.isdigit() for word in words(phone))
    return found
