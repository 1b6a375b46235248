"""A text as it will be spoken: numbers, dates and abbreviations in words."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from .models import Abbreviation
from .speech import normalise

if TYPE_CHECKING:
    from .engines import Voice


def spoken(text: str, *, voice: Voice) -> str:
    """Give the words, a paragraph a line. The engine itself reads figures of other languages."""
    clean = "".join(
        " " if unicodedata.category(letter) in {"Cc", "Cf"} and letter != "\n" else letter
        for letter in unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    )
    lines = [line.strip() for line in clean.split("\n") if line.strip()]
    if voice.language.partition("-")[0].lower() != "vi":
        return "\n".join(lines)
    return normalise("\n".join(lines), abbreviations=abbreviations(), region=voice.region)


def abbreviations() -> dict[str, str]:
    """Give this installation's own readings, written as `normalise` looks them up."""
    readings: dict[str, str] = {}
    for row in Abbreviation.objects.all():
        written = row.abbreviation
        forms = (
            [written]
            if row.is_case_sensitive
            else [written.lower(), written.capitalize(), written.upper(), written]
        )
        readings.update(dict.fromkeys(forms, row.spoken))
    return readings
