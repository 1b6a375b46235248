"""The short-lived word with which a page's microphone reaches the playout process."""

from __future__ import annotations

from dataclasses import dataclass

from django.core import signing

SALT = "tiengmo.studio.microphone"
# Long enough to open a connection; the page asks for another whenever it connects again.
LIFE_SECONDS = 60


@dataclass(frozen=True)
class Pass:
    takeover: str
    user: int


def give(takeover: str, user: int) -> str:
    return signing.dumps({"t": takeover, "u": user}, salt=SALT)


def read(text: str) -> Pass | None:
    """Give what a token says; None when it is forged or too old."""
    try:
        said = signing.loads(text, salt=SALT, max_age=LIFE_SECONDS)
        return Pass(str(said["t"]), int(said["u"]))
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        return None
