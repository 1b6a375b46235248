"""A text as it will be spoken: numbers, dates and abbreviations in words."""

from __future__ import annotations

import unicodedata

from .models import Abbreviation


def spoken(text: str, *, language: str) -> str:
    """Give the words, a paragraph a line. The engine itself reads figures of other languages."""
    clean = "".join(
        " " if unicodedata.category(letter) in {"Cc", "Cf"} and letter != "\n" else letter
        for letter in unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    )
    lines = [line.strip() for line in clean.split("\n") if line.strip()]
    if language.partition("-")[0].lower() == "vi":
        try:
            from .speech import normalise
        except ImportError:
            return "\n".join(lines)
        dictionary = abbreviations()
        lines = [normalise(line, abbreviations=dictionary) for line in lines]
    return "\n".join(lines)


def abbreviations() -> dict[str, str]:
    """Give this installation's own readings, written as `normalise` looks them up."""
    return {row.abbreviation: row.spoken for row in Abbreviation.objects.all()}
