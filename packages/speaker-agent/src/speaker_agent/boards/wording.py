"""Words as a board can show them: its letters, its length, its time."""

import re
import textwrap
import unicodedata
from dataclasses import dataclass

from speaker_link.boards import HIDDEN, MAX_LINE_LENGTH

ENCODINGS = ("utf-8", "ascii", "windows-1258")
LINE_ENDS = {"lf": b"\n", "crlf": b"\r\n", "cr": b"\r"}
# Nobody reads faster off a board that scrolls a long line by itself.
CHARACTERS_A_SECOND = 10.0
# The signs that windows-1258 writes after their letter: grave, acute, tilde, hook, dot below.
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_HIDDEN = re.compile(f"[{HIDDEN}]")
_CROSSED = str.maketrans("đĐ", "dD")


@dataclass(frozen=True)
class BoardSettings:
    """What drives the board, and what it can show. `driver` as on the command line."""

    driver: str = "none"
    encoding: str = "utf-8"
    line_end: str = "lf"
    columns: int = 0
    """Letters in its line; a longer text is shown in parts. 0: the board scrolls by itself."""
    seconds: float = 8.0
    """How long a part stands, at least."""

    def parts(self, text: str) -> list[str]:
        """What stands one after the other so that all of a text is read."""
        return textwrap.wrap(text, self.columns) if self.columns else [text]

    def standing_seconds(self, part: str) -> float:
        """How long a part stands."""
        return max(self.seconds, 0 if self.columns else len(part) / CHARACTERS_A_SECOND)


def clean(text: str) -> str:
    """Without what a board's maker reads as commands, or its readers do not see."""
    return " ".join(_HIDDEN.sub("", text).split())[:MAX_LINE_LENGTH].strip()


def fold(text: str, encoding: str) -> str:
    """With the letters that a board has: diacritics off where it has none, `?` for the rest."""
    composed = unicodedata.normalize("NFC", clean(text))
    if encoding == "utf-8":
        return composed
    return "".join(letter if _fits(letter, encoding) else _plain(letter) for letter in composed)


def encode(text: str, encoding: str) -> bytes:
    """A text's bytes, folded where it was not."""
    return _spelled(fold(text, encoding), encoding).encode(encoding, "replace")


def _spelled(text: str, encoding: str) -> str:
    return "".join(map(_tone_apart, text)) if encoding == "windows-1258" else text


def _tone_apart(letter: str) -> str:
    parts = unicodedata.normalize("NFD", letter)
    base = unicodedata.normalize("NFC", "".join(one for one in parts if one not in _TONES))
    return base + "".join(one for one in parts if one in _TONES)


def _fits(letter: str, encoding: str) -> bool:
    try:
        _spelled(letter, encoding).encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _plain(letter: str) -> str:
    parts = unicodedata.normalize("NFD", letter.translate(_CROSSED))
    plain = "".join(one for one in parts if not unicodedata.combining(one))
    return plain if plain.isascii() else "?"
