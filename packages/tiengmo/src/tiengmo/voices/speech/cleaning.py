"""Tidy what comes in from any keyboard, and what goes out to a synthesiser."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from tiengmo.foundation.vietnamese import nfc

# Everything that the rules know; whatever else a text holds is looked at sign by sign.
_UNUSUAL = re.compile(
    r"[^\w\s.,;:!?…()\[\]\"'“”‘’/\\+=<>%‰°@#&*_~$€£¥₫×÷±≥≤–-]|[^\W\d_a-zA-Z]|[^\D0-9]"
)
_SPACES = re.compile(r"[^\S\n]+")
_REPLACED = {
    "—": " – ",
    "―": " – ",
    "−": "-",
    "‐": "-",
    "‑": "-",
    "‒": "-",
    "²": "2",
    "³": "3",
    "℃": "°C",
    "º": "°",
    "˚": "°",
    "•": "\n- ",
    "▪": "\n- ",
    "●": "\n- ",
    "◦": "\n- ",
    "‣": "\n- ",
    "\uf0b7": "\n- ",
    "·": " ",
    "«": '"',
    "»": '"',
    "„": '"',
    "→": ", ",
    "\u2028": "\n",
    "\u2029": "\n",
    "\x85": "\n",
    "\x0b": "\n",
    "\x0c": "\n",
    "ð": "đ",
    "Ð": "Đ",
}
_BULLET = re.compile(r"^[ \t]*(?:[-–+*o»>][ \t]+|[-–*+](?=[^\W\d_]))+", re.MULTILINE)
_END_MARK = re.compile(r"[ \t]*\.?/\.(?=\s|$)|\.//\.|\s/-(?=\s|$)", re.MULTILINE)
_SPLIT_SLASH = re.compile(r"(?<=\d)[ \t]?/[ \t]?(?=\d)")
_SPLIT_COMMA = re.compile(r"(?<=\d) ,(?=\d{1,2}(?!\d))")
_SPACE_BEFORE = re.compile(r"[ \t]+(?=[.,;:!?…])")

_BRACKETS = re.compile(r" ?[()\[\]{}]+ ?")
_DROPPED = re.compile(r"[\"'“”‘’*_~#|\\^`<>=+@/%°$€£¥₫‰±×÷≥≤&]+")
_DASH = re.compile(r"(?<=\w)-(?=\w)")
_DASH_PAUSE = re.compile(r" ?[-–]+ ?")
_PAUSES = re.compile(r" ?[.,;:!?…](?: ?[.,;:!?…])*")
_PAUSE_SIGNS = " .,;:!?…"
_EDGE = " ,;:"
_INITIAL = re.compile(r"(?<=(?<!\w)[A-ZĐ])\.(?=,)")
# A synthesiser may spell what is in capitals.
_SHOUTED = re.compile(r"(?<!\w)[^\W\d_]{2,}(?!\w)")
_STRONGEST = ("?", "!", ".", "…", ";", ":", ",")
_NO_SPACE_AFTER = re.compile(r"([.,;:!?…])(?=\w)")


def tidy_in(text: str) -> str:
    """Return composed text with known signs only, its bullets and the end mark ``./.`` gone."""
    text = nfc(text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _UNUSUAL.sub(lambda match: _known(match.group()), text)
    text = _SPACES.sub(" ", nfc(text))
    text = _END_MARK.sub(".", text)
    text = _BULLET.sub("", text)
    text = _SPLIT_SLASH.sub("/", text)
    text = _SPLIT_COMMA.sub(",", text)
    return _SPACE_BEFORE.sub("", text)


def tidy_out(text: str) -> str:
    """Return words, spaces and the punctuation that makes a pause; nothing else."""
    text = _BRACKETS.sub(", ", _SPACES.sub(" ", text))
    text = _DROPPED.sub(" ", text)
    text = _SPACES.sub(" ", _DASH.sub(" ", text))
    text = _DASH_PAUSE.sub(", ", text)
    text = _INITIAL.sub("", text)
    text = _PAUSES.sub(_strongest, text)
    text = _NO_SPACE_AFTER.sub(r"\1 ", text)
    text = _SHOUTED.sub(_lowered, text)
    lines = (" ".join(line.split()).strip(_EDGE) for line in text.split("\n"))
    return nfc("\n".join(line.lstrip(_PAUSE_SIGNS) for line in lines if line))


def _strongest(match: re.Match[str]) -> str:
    marks = match.group()
    return next(mark for mark in _STRONGEST if mark in marks)


def _lowered(match: re.Match[str]) -> str:
    word = match.group()
    return word.lower() if word.isupper() else word


@lru_cache(maxsize=4096)
def _known(sign: str) -> str:
    if sign in _REPLACED:
        return _REPLACED[sign]
    category = unicodedata.category(sign)
    if category == "Nd":
        return str(unicodedata.digit(sign))
    if category in {"Lu", "Ll", "Lt", "Lo", "Lm"} and unicodedata.normalize("NFKC", sign) == sign:
        return sign
    if category.startswith(("L", "N")):
        plain = unicodedata.normalize("NFKC", sign).replace("\u2044", "/")
        return f" {plain} " if plain != sign else " "
    # Pictures, controls, marks that compose with nothing: not spoken.
    return " " if category in {"Zs", "Zl", "Zp", "Cc", "So", "Sk", "Sm", "Po"} else ""
