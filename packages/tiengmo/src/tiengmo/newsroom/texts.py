"""What a text must be before it may go out. Pure: no database, no request."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING

from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from tiengmo.places.rules import grouped

if TYPE_CHECKING:
    from collections.abc import Sequence

HEADLINE_CHARACTERS = 120  # a board's line
SHORT_TEXT_CHARACTERS = 160  # one message
SUMMARY_CHARACTERS = 1_000
# Twenty-odd minutes of speech: a longer item belongs to a show, not to a bulletin.
SCRIPT_CHARACTERS = 24_000
BODY_CHARACTERS = 200_000

# About half a minute of speech, and a minute at most.
LEAD_CHARACTERS = 140
MOST_LEAD_CHARACTERS = 400

# A run of dots is looked at once, from its first: leaders of a table of contents are thousands.
_SENTENCE_END = re.compile(r"(?<![.!?…])[.!?…]++[\"”»)]*+\s++(?=[\"“«(]?[^\W\d_])")
_ABBREVIATION = re.compile(r"(?:^|\s)(?:TP|TX|TT|Tp|Th|ThS|TS|PGS|GS|BS|ông|bà|[A-ZĐ])\.$")

# Zero-width joiner and variation selectors are part of emoji; direction overrides can make a text
# read differently from what it says (CVE-2021-42574), so they go with the control characters.
_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
_SPACES = re.compile(r"[ \t\u00a0]+")
_BLANK_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True)
class TextProblem:
    """Why a text cannot be used as it is, in the editor's language."""

    field: str
    message: str


def clean_text(value: str) -> str:
    """Return the text in NFC, with \\n line ends, without control or direction characters."""
    value = unicodedata.normalize("NFC", value).replace("\r\n", "\n").replace("\r", "\n")
    value = value.replace("\u2028", "\n").replace("\u2029", "\n").replace("\x0b", "\n")
    value = _DIRECTION.sub("", value)
    value = "".join(c for c in value if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))
    value = _SPACES.sub(" ", value)
    value = "\n".join(line.strip() for line in value.split("\n"))
    return _BLANK_LINES.sub("\n\n", value).strip()


def clean_line(value: str) -> str:
    """Return the text as `clean_text` does, on one line."""
    return " ".join(clean_text(value).split())


def clean_markup(value: str) -> str:
    """Return rich text in NFC without control characters; its tags are judged at release."""
    value = unicodedata.normalize("NFC", value)
    value = _DIRECTION.sub("", value)
    return "".join(c for c in value if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))


def has_words(value: str) -> bool:
    """Say whether there is a letter to read; a row of emoji or dashes has none."""
    return any(unicodedata.category(character).startswith("L") for character in value)


def plain(html: str) -> str:
    """Return what a reader of the rich text reads."""
    spaced = re.sub(r"</(p|h[1-6]|li|blockquote)>|<br\s*/?>", "\n", html)
    return clean_text(unescape(strip_tags(spaced)))


def shorten(value: str, limit: int) -> str:
    """Cut at a word's end so that the result, with its ellipsis, has at most `limit` characters."""
    value = clean_line(value)
    if len(value) <= limit:
        return value
    cut = value[: limit - 1]
    if not value[limit - 1].isspace() and " " in cut:
        cut = cut.rsplit(" ", 1)[0]
    return cut.rstrip(" ,;:–-") + "…"


def sentences(paragraph: str) -> list[str]:
    """Split at a full stop, question or exclamation mark that ends a sentence and not "TP." """
    parts = []
    start = 0
    for found in _SENTENCE_END.finditer(paragraph):
        # The longest abbreviation and the space before it: not the whole text again each time.
        if not _ABBREVIATION.search(paragraph, found.start() - 5, found.start() + 1):
            parts.append(paragraph[start : found.end()].strip())
            start = found.end()
    return [*parts, rest] if (rest := paragraph[start:].strip()) else parts


def lead(paragraphs: Sequence[str]) -> str:
    """Sum an article up for a list: whole sentences from its beginning.

    A line without an end, such as a place or a byline above the text, is passed over. Sentences
    are taken until there are LEAD_CHARACTERS, never more than MOST_LEAD_CHARACTERS.
    """
    whole = [p for p in paragraphs if p.rstrip(' "”»)').endswith((".", "!", "?", "…", ":", ";"))]
    taken = ""
    for sentence in (s for paragraph in whole or paragraphs for s in sentences(paragraph)):
        if taken and len(taken) + 1 + len(sentence) > MOST_LEAD_CHARACTERS:
            break
        taken = f"{taken} {sentence}".strip()
        if len(taken) >= LEAD_CHARACTERS:
            break
    return shorten(taken, MOST_LEAD_CHARACTERS)


def judge(field: str, label: str, value: str, *, limit: int, required: bool) -> list[TextProblem]:
    """Say what is wrong with one text: empty, without words, or too long."""
    size = len(value)
    if size > limit:
        return [
            TextProblem(
                field,
                _("%(label)s dài %(size)s ký tự, nhiều nhất là %(limit)s. Hãy rút ngắn lại.")
                % {"label": label, "size": number(size), "limit": number(limit)},
            )
        ]
    if not value:
        if not required:
            return []
        return [TextProblem(field, _("%(label)s còn trống.") % {"label": label})]
    if not has_words(value):
        return [
            TextProblem(
                field,
                _("%(label)s chưa có chữ nào, chỉ có ký hiệu hoặc biểu tượng.") % {"label": label},
            )
        ]
    return []


def number(value: int) -> str:
    """Write a whole number as it is written in the language of the page: 17.706."""
    return grouped(value)
