"""Vietnamese text: one composed form, one place for the tone mark, and a form without marks.

Three forms, for three uses:

- ``nfc`` is what is stored;
- ``canonical`` is what is compared when marks matter: ``hòa`` and ``hoà`` are the same word, and
  the canonical spelling is ``hoà`` (the mark on the main vowel, as dictionaries and schoolbooks
  since 1984 write it). Words that are no Vietnamese syllable are left as they are;
- ``fold`` is what is compared when they do not: ``Đường Nguyễn Huệ`` → ``duong nguyen hue``.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_TONES = "\u0300\u0301\u0303\u0309\u0323"
_PLAIN_VOWELS = "aăâeêioôơuưy"

_SPLIT: dict[str, tuple[str, str]] = {}
_JOIN: dict[tuple[str, str], str] = {}
for _vowel in _PLAIN_VOWELS + _PLAIN_VOWELS.upper():
    for _tone in ("", *_TONES):
        _letter = unicodedata.normalize("NFC", _vowel + _tone)
        _SPLIT[_letter] = (_vowel, _tone)
        _JOIN[_vowel, _tone] = _letter

# Every non-ASCII letter of Vietnamese to its bare lower-case letter, for one pass of translate.
_FOLD = {ord(letter): unicodedata.normalize("NFD", letter)[0].lower() for letter in _SPLIT}
_FOLD |= {ord("đ"): "d", ord("Đ"): "d", ord("ð"): "d", ord("Ð"): "d"}
_FOLD |= {ord(tone): "" for tone in _TONES}

_ONSET = "ngh|ng|nh|gh|gi|kh|ph|qu|th|tr|ch|b|c|d|đ|g|h|k|l|m|n|p|r|s|t|v|x|"
_NUCLEUS = (
    "uyê|oai|oay|oeo|uây|uya|uyu|ươi|ươu|uôi|iêu|yêu|oao|"
    "ai|ao|au|ay|âu|ây|eo|êu|ia|iê|iu|oa|oă|oe|oi|oo|ôi|ơi|ua|uâ|uê|ui|uô|uơ|uy|ưa|ưi|ươ|ưu|yê|"
    "a|ă|â|e|ê|i|o|ô|ơ|u|ư|y"
)
_CODA = "ch|ng|nh|c|m|n|p|t|"
_SYLLABLE = re.compile(f"({_ONSET})({_NUCLEUS})({_CODA})")
_WORD = re.compile(r"[^\W\d_]+")
_HAS_TONE = re.compile("[" + "".join(k for k, (_, t) in _SPLIT.items() if t) + "]")
# A syllable that a stop closes carries only a sharp or a heavy tone.
_STOPS = frozenset({"c", "ch", "p", "t"})
_STOP_TONES = frozenset({"\u0301", "\u0323"})
_LONGEST_SYLLABLE = 7  # nghiêng


def nfc(text: str) -> str:
    """Return the composed form, the one that is stored."""
    return unicodedata.normalize("NFC", text)


def canonical(text: str) -> str:
    """Return composed text whose tone marks stand on the main vowel: hòa → hoà, qúy → quý."""
    text = nfc(text)
    if text.isascii():
        return text
    return _WORD.sub(lambda match: _canonical_word(match.group()), text)


def fold(text: str) -> str:
    """Return lower-case text without any diacritics, đ as d; what a search without marks meets."""
    text = nfc(text).translate(_FOLD).lower()
    if text.isascii():
        return text
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def is_syllable(word: str) -> bool:
    """Tell whether a word could be one syllable of Vietnamese, its tone mark wherever it stands."""
    return _parse(nfc(word)) is not None


def split_tone(letter: str) -> tuple[str, str]:
    """Split a composed letter into the letter without its tone, and the tone's combining mark."""
    return _SPLIT.get(letter, (letter, ""))


def _canonical_word(word: str) -> str:
    if len(word) > _LONGEST_SYLLABLE or not _HAS_TONE.search(word):
        return word
    return _place_tone(word)


@lru_cache(maxsize=20_000)
def _place_tone(word: str) -> str:
    parsed = _parse(word)
    if parsed is None:
        return word
    start, nucleus, coda, tone = parsed
    bare = [_SPLIT.get(letter, (letter, ""))[0] for letter in word]
    position = start + _tone_position(nucleus, coda)
    bare[position] = _JOIN[bare[position], tone]
    return "".join(bare)


def _parse(word: str) -> tuple[int, str, str, str] | None:
    """Return where the nucleus begins, the nucleus, the coda and the tone; None if no syllable."""
    if len(word) > _LONGEST_SYLLABLE:
        return None
    split = [_SPLIT.get(letter, (letter, "")) for letter in word]
    tones = [tone for _, tone in split if tone]
    if len(tones) > 1:
        return None
    bare = "".join(letter for letter, _ in split).lower()
    if len(bare) != len(word):
        return None
    match = _SYLLABLE.fullmatch(bare)
    if match is None:
        return None
    onset, nucleus, coda = match.groups()
    tone = tones[0] if tones else ""
    if coda in _STOPS and tone not in _STOP_TONES:
        return None
    return len(onset), nucleus, coda, tone


def _tone_position(nucleus: str, coda: str) -> int:
    marked = [place for place, vowel in enumerate(nucleus) if vowel in "ăâêôơư"]
    if marked:
        return marked[-1]
    if coda:
        return len(nucleus) - 1
    if len(nucleus) == len("oai"):
        return 1
    return 1 if nucleus in {"oa", "oe", "uy"} else 0
