"""What Telex and VNI keystrokes would have become, had the input method been on.

``duowngf`` → ``dường``, ``thuwr`` → ``thử``, ``tra5m`` → ``trạm``. Only what becomes one syllable
of Vietnamese is read so; anything else is what it is.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from tiengmo.foundation.vietnamese import canonical, is_syllable

_VOWELS = "aăâeêioôơuưy"
_TELEX_TONES = {"s": "\u0301", "f": "\u0300", "r": "\u0309", "x": "\u0303", "j": "\u0323"}
_VNI_TONES = {"1": "\u0301", "2": "\u0300", "3": "\u0309", "4": "\u0303", "5": "\u0323"}
_TELEX_MARKS = [("dd", "đ"), ("aa", "â"), ("ee", "ê"), ("oo", "ô")]
_HORN = [("uwow", "ươ"), ("ưow", "ươ"), ("uow", "ươ"), ("uw", "ư"), ("ow", "ơ"), ("aw", "ă")]
_VNI_HAT = {"a": "â", "e": "ê", "o": "ô"}
_AFTER_A_VOWEL = re.compile(f"[{_VOWELS}].*?([sfrxj])")
SHORTEST_KEYS, LONGEST_KEYS = 3, 12


@lru_cache(maxsize=5_000)
def telex(keys: str) -> str:
    """Give the syllable that these lower-case keys make in Telex; "" when they make none."""
    if not SHORTEST_KEYS <= len(keys) <= LONGEST_KEYS:
        return ""
    text = keys
    for typed, letter in (*_TELEX_MARKS, *_HORN):
        text = text.replace(typed, letter)
    if "w" in text:  # typed at the end of the syllable: duongw
        text = _late_horn(text.replace("w", "", 1))
    tone = ""
    found = _AFTER_A_VOWEL.search(text)
    if found is not None:
        tone = _TELEX_TONES[found.group(1)]
        text = text[: found.start(1)] + text[found.end(1) :]
    return "" if text == keys else _syllable(text, tone)


@lru_cache(maxsize=5_000)
def vni(keys: str) -> str:
    """Give the syllable that these keys make in VNI; "" when they make none."""
    if len(keys) > LONGEST_KEYS or keys.isalpha() or not keys[0].isalpha():
        return ""
    text, tone = "", ""
    for key in keys:
        if key in _VNI_TONES:
            if tone:
                return ""
            tone = _VNI_TONES[key]
        elif key.isdigit():
            marked = _vni_mark(text, key)
            if marked == text:
                return ""
            text = marked
        else:
            text += key
    # The horn of "u7o" is typed once for both.
    return _syllable(text.replace("ưo", "ươ"), tone)


def _vni_mark(text: str, key: str) -> str:
    if key == "9":
        return text.replace("d", "đ", 1)
    if key == "7":
        return _late_horn(text, only="uo")
    if key == "8":
        return _last_to(text, {"a": "ă"})
    return _last_to(text, _VNI_HAT) if key == "6" else text


def _late_horn(text: str, only: str = "uoa") -> str:
    if "uo" in text:
        return text.replace("uo", "ươ", 1)
    return _last_to(text, {k: v for k, v in {"u": "ư", "o": "ơ", "a": "ă"}.items() if k in only})


def _last_to(text: str, letters: dict[str, str]) -> str:
    for place in range(len(text) - 1, -1, -1):
        if text[place] in letters:
            return text[:place] + letters[text[place]] + text[place + 1 :]
    return text


def _syllable(text: str, tone: str) -> str:
    if tone:
        place = next((i for i, letter in enumerate(text) if letter in _VOWELS), None)
        if place is None:
            return ""
        text = unicodedata.normalize("NFC", text[: place + 1] + tone + text[place + 1 :])
    return canonical(text) if is_syllable(text) else ""
