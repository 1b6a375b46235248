"""A bulletin as one running line. Pure."""

from __future__ import annotations

import re
import unicodedata

from speaker_link.boards import HIDDEN

# Twenty seconds at the ten letters a second that a box gives a reader; then it begins anew.
LONGEST_LINE = 200
# A routine line is dark at night, when nobody passes; a priority one is not.
DAYTIME = [{"start": "05:00", "end": "22:00"}]
_HIDDEN = re.compile(f"[{HIDDEN}]")


def line_of(headline: str, short_text: str) -> str:
    """The headline, and the short text after it where it says more."""
    headline, short_text = clean(headline), clean(short_text)
    if not short_text or short_text == headline:
        return headline
    if short_text.casefold().startswith(headline.casefold()):
        return short_text
    stop = "" if headline.endswith((".", "!", "?", ":", "…")) else "."
    return f"{headline}{stop} {short_text}".strip()


def clean(text: str) -> str:
    """Composed, without line breaks and without what is not seen and changes what is read."""
    plain = _HIDDEN.sub("", " ".join(text.split()))
    return " ".join(unicodedata.normalize("NFC", plain).split())


def has_hidden(text: str) -> bool:
    """Is there anything in it that no board is given? Line breaks and tabs are spaces."""
    return _HIDDEN.search(" ".join(text.split())) is not None
