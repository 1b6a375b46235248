"""Limits and addresses: what is judged without touching a file or a database."""

from __future__ import annotations

import hashlib
import json
import re

from .audio.constants import MASTERING_VERSION

MOST_CHARACTERS = 60_000  # about an hour and a half of speech
LONGEST_PASSAGE = 500  # characters given to an engine at once
MOST_BYTES = 200 * 1024 * 1024
LONGEST_SECONDS = 60 * 60
SHORTEST_SECONDS = 0.5
# Speech that was recorded far too loud has flat tops; this share of all samples cannot be mended.
MOST_CLIPPED_SHARE = 0.05
NOTED_CLIPPED_SHARE = 0.001
# A file cut short while uploading is used when at least this much of it decodes.
LEAST_DECODED_SHARE = 0.5

PAUSE_SENTENCE_SECONDS = 0.3
PAUSE_PARAGRAPH_SECONDS = 0.7

_SENTENCE_END = re.compile(r"(?<=[.!?…;:])\s+")
_WORD = re.compile(r"\w")


def speech_key(*, voice: str, engine_version: str, language: str, spoken_text: str) -> str:
    """Give the content address of a piece of speech: what was asked and what speaks it."""
    return _key(["speech", MASTERING_VERSION, engine_version, voice, language, spoken_text])


def recording_key(*, sha256: str, language: str) -> str:
    return _key(["recording", MASTERING_VERSION, sha256, language])


def _key(parts: list[object]) -> str:
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


def passages(spoken_text: str) -> list[tuple[str, float]]:
    """Cut a text into what an engine speaks at once, each with the seconds of pause after it."""
    found: list[tuple[str, float]] = []
    for paragraph in spoken_text.splitlines():
        parts = [part for part in _pieces(paragraph.strip()) if _WORD.search(part)]
        for number, part in enumerate(parts, start=1):
            is_last = number == len(parts)
            found.append((part, PAUSE_PARAGRAPH_SECONDS if is_last else PAUSE_SENTENCE_SECONDS))
    return found


def _pieces(paragraph: str) -> list[str]:
    pieces: list[str] = []
    for sentence in _SENTENCE_END.split(paragraph):
        if pieces and len(pieces[-1]) + len(sentence) < LONGEST_PASSAGE // 2:
            pieces[-1] += f" {sentence}"
        else:
            pieces.extend(_lines(sentence))
    return pieces


def _lines(sentence: str) -> list[str]:
    """Cut what is too long for one passage between words, and a word that never ends anywhere."""
    lines = [""]
    for word in sentence.split():
        for start in range(0, len(word), LONGEST_PASSAGE):
            part = word[start : start + LONGEST_PASSAGE]
            if lines[-1] and len(lines[-1]) + len(part) >= LONGEST_PASSAGE:
                lines.append("")
            lines[-1] = f"{lines[-1]} {part}".strip()
    return lines
