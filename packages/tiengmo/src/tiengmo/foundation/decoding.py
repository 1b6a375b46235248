"""Text from files of unknown encoding, as they come from office computers of twenty years.

Tried in order: what a byte order mark says, UTF-8, UTF-16 without a mark, then the two 8-bit
encodings that are left in Vietnamese offices, windows-1258 and TCVN3 (the encoding behind fonts
named ``.Vn…``). The last two cannot be told apart by their bytes, so the reading that gives more
possible Vietnamese syllables is taken, and none if neither gives enough.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiengmo.foundation.vietnamese import is_syllable, nfc

if TYPE_CHECKING:
    from collections.abc import Callable

LIMIT_BYTES = 1_000_000

# The high bytes that Vietnamese text in UTF-16 has: Basic Latin, Latin Extended-A and -B,
# combining marks, Latin Extended Additional, General Punctuation.
_HIGH_BYTES = frozenset({0x00, 0x01, 0x03, 0x1E, 0x20})
_UTF16_SHARE = 0.95
_PLAUSIBLE_SHARE = 0.6
_CONTROL_SHARE = 0.05
# Scoring reads the beginning only: enough words to decide, whatever the size of the file.
_SAMPLE_WORDS = 2_000

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_TCVN3_BYTES = bytes.fromhex(
    "a1a2a3a4a5a6a7a8a9aaabacadae"
    "b5b6b7b8b9bbbcbdbec6c7c8c9cacb"
    "cccecfd0d1d2d3d4d5d6d7d8dcddde"
    "dfe1e2e3e4e5e6e7e8e9eaebecedee"
    "eff1f2f3f4f5f6f7f8f9fafbfcfdfe"
)
_TCVN3_LETTERS = "ĂÂÊÔƠƯĐăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ"
_TCVN3 = dict(zip(_TCVN3_BYTES, _TCVN3_LETTERS, strict=True))

# Controls, and the invisible characters that only confuse comparison, search and speech:
# soft hyphen, zero-width space, directional overrides, word joiner, byte order mark.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_WORD = re.compile(r"[^\W\d_]+")
_ABBREVIATION = re.compile("[BCDĐGHKLMNPQRSTVX]{2,6}")


class UndecodableText(ValueError):
    """The bytes are no text in an encoding that Vietnamese offices use, or there are too many."""


@dataclass(frozen=True, slots=True)
class DecodedText:
    """Composed text with plain line ends, and the name of the encoding it was read from."""

    text: str
    encoding: str


def decode_text(raw: bytes, *, limit: int = LIMIT_BYTES) -> DecodedText:
    """Decode bytes of unknown encoding.

    Control and invisible characters are dropped (newline and tab stay), line ends become ``\\n``.
    Raises ``UndecodableText`` when nothing fits or ``raw`` is longer than ``limit`` bytes.
    """
    if len(raw) > limit:
        raise UndecodableText(f"{len(raw)} bytes, more than the {limit} that are read")
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return _decoded(raw[len(mark) :], encoding)
    if b"\x00" not in raw:
        try:
            return _decoded(raw, "utf-8")
        except UndecodableText:
            pass
    wide = _utf16_order(raw)
    if wide:
        return _decoded(raw, wide)
    return _decode_8bit(raw)


def _decoded(raw: bytes, encoding: str) -> DecodedText:
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise UndecodableText(f"not {encoding}: {error.reason}") from error
    return DecodedText(_cleaned(text), encoding)


def _cleaned(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    controls = len(_CONTROLS.findall(text))
    # A stray control in a pasted text is dropped; a file full of them is no text at all.
    if controls > max(2, _CONTROL_SHARE * len(text)):
        raise UndecodableText("too many control characters for a text")
    return nfc(_INVISIBLE.sub("", _CONTROLS.sub("", text)))


def _utf16_order(raw: bytes) -> str:
    if len(raw) % 2 or not raw:
        return ""
    units = len(raw) // 2
    shares = [sum(byte in _HIGH_BYTES for byte in raw[first::2]) / units for first in (0, 1)]
    zeros = [raw[first::2].count(0) for first in (0, 1)]
    if shares[1] >= _UTF16_SHARE and zeros[1] > zeros[0]:
        return "utf-16-le"
    if shares[0] >= _UTF16_SHARE and zeros[0] > zeros[1]:
        return "utf-16-be"
    return ""


def _decode_8bit(raw: bytes) -> DecodedText:
    readings: list[tuple[str, Callable[[bytes], str]]] = [
        ("windows-1258", lambda raw: raw.decode("cp1258")),
        ("tcvn3", _tcvn3),
    ]
    best: tuple[float, str, str] = (0.0, "", "")
    for encoding, read in readings:
        try:
            text = _cleaned(read(raw))
        except (UnicodeDecodeError, UndecodableText):
            continue
        score = _plausibility(text)
        if score > best[0]:
            best = (score, text, encoding)
    if best[0] < _PLAUSIBLE_SHARE:
        raise UndecodableText("no encoding makes Vietnamese words of these bytes")
    return DecodedText(best[1], best[2])


def _tcvn3(raw: bytes) -> str:
    return "".join(
        _TCVN3.get(byte) or (chr(byte) if byte < 0x80 else bytes([byte]).decode("cp1252"))  # noqa: PLR2004
        for byte in raw
    )


def _plausibility(text: str) -> float:
    """Return the share of words with marks that are possible syllables, in the text's beginning."""
    words = [
        word
        for word in _WORD.findall(text[: _SAMPLE_WORDS * 10])
        # QĐ, HĐND: abbreviations of offices, in every row of their tables, and no syllables.
        if not word.isascii() and not _ABBREVIATION.fullmatch(word)
    ]
    strays = sum(text[: _SAMPLE_WORDS * 10].count(sign) for sign in "¸µ¶·¹¨©®ª«¬§¦¥¤£¢¡×÷")
    if not words:
        return 0.0
    return sum(map(is_syllable, words)) / (len(words) + strays)
