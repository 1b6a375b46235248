"""What a correction changed, so that readers see it: words struck out, words put in. Pure."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from django.utils.html import escape, strip_tags

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Above this, comparing word by word takes seconds: the paragraphs that changed are shown whole.
MOST_WORDS = 1_500
MOST_PARAGRAPHS = 400
# A list of changes is read, not studied: a text written anew is said to be so.
MOST_SHOWN = 12

_BLOCK_END = re.compile(r"</(?:p|h[1-6]|li|blockquote)>|<br\s*/?>")


def paragraphs(html: str) -> list[str]:
    """The text of an article, a paragraph each, escaped as it was."""
    parts = (" ".join(strip_tags(part).split()) for part in _BLOCK_END.split(html))
    return [part for part in parts if part]


def marked_changes(before: Sequence[str], after: Sequence[str]) -> list[str]:
    """Each paragraph that changed as HTML with <del> and <ins>; both given escaped already."""
    if max(len(before), len(after)) > MOST_PARAGRAPHS:
        return []
    found = []
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, b1, b2, a1, a2 in matcher.get_opcodes():
        if tag != "equal":
            found.append(_words(" ".join(before[b1:b2]), " ".join(after[a1:a2])))
    return found


def _words(was: str, now: str) -> str:
    old, new = was.split(), now.split()
    if len(old) + len(new) > MOST_WORDS:
        return _joined([("del", old), ("ins", new)])
    pieces: list[tuple[str, list[str]]] = []
    for tag, o1, o2, n1, n2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(("", old[o1:o2]))
        else:
            pieces.extend([("del", old[o1:o2]), ("ins", new[n1:n2])])
    return _joined(pieces)


def _joined(pieces: Iterable[tuple[str, list[str]]]) -> str:
    """Words as HTML; long stretches that stayed are left out."""
    shown = []
    for tag, words in pieces:
        if not words:
            continue
        text = " ".join(words) if tag or len(words) <= 12 else _shortened(words)  # noqa: PLR2004
        shown.append(f"<{tag}>{text}</{tag}>" if tag else text)
    return " ".join(shown)


def _shortened(words: list[str]) -> str:
    return " ".join([*words[:5], "…", *words[-5:]])


def headline_changes(was: str, now: str) -> list[str]:
    """A line of plain text, compared the same way."""
    return [] if was == now else [_words(escape(was), escape(now))]
