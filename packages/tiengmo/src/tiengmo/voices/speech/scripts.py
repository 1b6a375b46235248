"""Sentences for a synthesiser, and a spoken script proposed from an article."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tiengmo.voices.speech.normalising import normalise

if TYPE_CHECKING:
    from collections.abc import Mapping

# A full stop after these is no end: TP. Lào Cai, Nguyễn Văn B. Lù, 3. Tổ chức.
_NO_END = re.compile(
    r"(?:(?<!\w)(?:TP|Tp|TX|TT|Q|P|H|ThS|TS|GS|PGS|BS|KS|Đ/c|đ/c|[A-ZĐ]|\d{1,2}))\.\Z"
)
# A run of dots is looked at once, from its first: leaders of a table of contents are thousands.
_END = re.compile(r"(?<![.!?…])[.!?…]++[\"”’)]*+\s++(?=[\"“‘(]?[^\W_])")
_INNER = re.compile(r"(?<=[;:,])\s+")
# What a synthesiser takes at once without losing its breath, and the listener the thread.
_LONGEST_SENTENCE = 400

# Announcers of commune stations say about 200 syllables a minute.
SYLLABLES_A_MINUTE = 200
LEAD_SECONDS = 60
# A last sentence may run over the time by this share, rather than leave half of it silent.
_OVERRUN = 0.2
_LONGEST_TITLE = 200
_CAPTION_WORDS = 30
_FEWEST_BODY_WORDS = 12
_REMARK_WORDS = 16
_LONGER_THAN_A_CAPTION = 40

_AGENCY = re.compile(r"^\s*\(?[A-ZĐ]{2,8}(?:\.[A-Z]{2,4})?\)?\s?[-–:]\s*(?=[A-ZĐÁÀẢÃẠÂĂÊÔƠƯ])")
_DATELINE = re.compile(
    r"^\s*(?:[^\W\d_]{1,12}(?: [^\W\d_]{1,12}){0,4}, )?(?:[Nn]gày )?"
    r"\d{1,2}[/-]\d{1,2}(?:[/-]\d{4})?\s?[-–:]\s+"
)
_CREDIT = re.compile(
    r"^\s*(?:Ảnh|Tin, ảnh|Tin|Tin bài|Bài|Bài, ảnh|Bài và ảnh|Nguồn|Tác giả|Theo|CTV|PV|"
    r"Thực hiện|Biên tập)\s?[:/(]",
)
_ENDS_AS_SENTENCE = re.compile(r"[.!?…:;]['\"”’)]*\s*$")
_PICTURE = re.compile(r"^\s*(?:\(?ảnh|hình|trong ảnh|trên ảnh|video|clip)\b", re.IGNORECASE)


def sentences(text: str) -> list[str]:
    """Split text, written or already spoken, into pieces that a synthesiser takes one by one."""
    found: list[str] = []
    for line in text.splitlines():
        start = 0
        for end in _END.finditer(line):
            if _NO_END.search(line[max(start, end.start() - 6) : end.start() + 1]):
                continue
            found += _breaths(line[start : end.end()].strip())
            start = end.end()
        found += _breaths(line[start:].strip())
    return [sentence for sentence in found if sentence]


def lead(
    text: str, *, seconds: float = LEAD_SECONDS, abbreviations: Mapping[str, str] | None = None
) -> str:
    """Propose a spoken script from an article: its title, then what opens it, while time allows.

    The words stay as they are written, for an editor to change; bylines, datelines, credits and
    captions of pictures are left out. Whole sentences only, and always at least one.
    """
    paragraphs = [line.strip() for line in text.splitlines() if line.strip()]
    if not paragraphs:
        return ""
    budget = seconds * SYLLABLES_A_MINUTE / 60
    slack = budget * _OVERRUN
    script: list[str] = []
    title, body = _title(paragraphs)
    if title:
        script.append(title if _ENDS_AS_SENTENCE.search(title) else f"{title}.")
        budget -= _syllables(title, abbreviations)
    for paragraph in body:
        opening: list[str] = []
        for sentence in sentences(_without_byline(paragraph)):
            budget -= _syllables(sentence, abbreviations)
            if budget < -slack and (opening or len(script) > bool(title)):
                break
            opening.append(sentence)
        if opening:
            script.append(" ".join(opening))
        if budget <= 0:
            break
    return "\n".join(script)


def spoken_seconds(text: str, *, abbreviations: Mapping[str, str] | None = None) -> float:
    """Estimate how long an announcer takes to say a text."""
    return _syllables(text, abbreviations) * 60 / SYLLABLES_A_MINUTE


def _title(paragraphs: list[str]) -> tuple[str, list[str]]:
    first = paragraphs[0]
    is_title = len(paragraphs) > 1 and len(first) <= _LONGEST_TITLE and not first.endswith(".")
    body = paragraphs[1:] if is_title else paragraphs
    longer = [len(paragraph.split()) > _LONGER_THAN_A_CAPTION for paragraph in body]
    kept = [
        paragraph
        for at, paragraph in enumerate(body)
        if not _is_beside_the_text(paragraph)
        and not (
            0 < at < len(body) - 1 and longer[at - 1] and longer[at + 1] and _is_remark(paragraph)
        )
    ]
    # A notice may be nothing but short lines: then they are the text.
    if not any(len(paragraph.split()) >= _FEWEST_BODY_WORDS for paragraph in kept):
        kept = [paragraph for paragraph in body if not _CREDIT.match(paragraph)]
    return (first if is_title else ""), kept


def _is_remark(paragraph: str) -> bool:
    """One short sentence alone between two long paragraphs: the caption of a picture."""
    return len(paragraph.split()) <= _REMARK_WORDS and len(sentences(paragraph)) == 1


def _is_beside_the_text(paragraph: str) -> bool:
    if _CREDIT.match(paragraph) or _PICTURE.match(paragraph):
        return True
    return len(paragraph.split()) <= _CAPTION_WORDS and not _ENDS_AS_SENTENCE.search(paragraph)


def _without_byline(paragraph: str) -> str:
    return _DATELINE.sub("", _AGENCY.sub("", paragraph))


def _syllables(text: str, abbreviations: Mapping[str, str] | None) -> int:
    return len(normalise(text, abbreviations=abbreviations).split())


def _breaths(sentence: str) -> list[str]:
    if len(sentence) <= _LONGEST_SENTENCE:
        return [sentence]
    pieces = [""]
    for part in _INNER.split(sentence):
        for start in range(0, len(part), _LONGEST_SENTENCE):
            piece = part[start : start + _LONGEST_SENTENCE]
            if len(pieces[-1]) + len(piece) < _LONGEST_SENTENCE:
                pieces[-1] = f"{pieces[-1]} {piece}".strip()
            else:
                pieces.append(piece)
    return pieces
