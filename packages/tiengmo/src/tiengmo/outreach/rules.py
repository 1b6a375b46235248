"""Pure rules: what a question may be, when it is due, how long its asker is remembered."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import date, timedelta
from typing import TYPE_CHECKING

from tiengmo.foundation.vietnamese import fold, nfc

if TYPE_CHECKING:
    from collections.abc import Callable

TITLE_LEAST, TITLE_MOST = 8, 200
TEXT_LEAST, TEXT_MOST = 15, 4000
NAME_MOST, EMAIL_MOST = 120, 254
# A person names one or two addresses; advertisements name many.
LINKS_MOST = 3
ANSWER_WORKING_DAYS = 10
REMEMBERED = timedelta(days=90)
# Many times what a locality's people ever wrote in an hour.
MOST_AN_HOUR = 300

_LINK = re.compile(r"https?://|www\.|\[url|<a\s", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_BLANK_LINES = re.compile(r"\n{3,}")


def tidy_line(text: str) -> str:
    """One line, composed, without what cannot be seen."""
    return " ".join(_CONTROL.sub("", nfc(text)).split())


def tidy_text(text: str) -> str:
    """Composed text with at most one empty line between paragraphs."""
    text = _CONTROL.sub("", nfc(text.replace("\r\n", "\n").replace("\r", "\n")))
    return _BLANK_LINES.sub("\n\n", "\n".join(line.rstrip() for line in text.split("\n"))).strip()


def link_count(text: str) -> int:
    return len(_LINK.findall(text))


def fingerprint(title: str, text: str) -> str:
    """The same for two questions that differ only in marks, capitals, blanks and punctuation."""
    words = re.sub(r"\W+", " ", fold(f"{title} {text}")).strip()
    return hashlib.blake2b(words.encode(), digest_size=16).hexdigest()


def new_secret() -> str:
    """What stands in an asker's own address."""
    return secrets.token_urlsafe(24)


def secret_hash(secret: str) -> str:
    """What is kept of it: a copy of the database opens nobody's page."""
    return hashlib.sha256(secret.encode()).hexdigest()


def due_on(received_on: date, holiday_of: Callable[[date], str]) -> date:
    """The day by which an answer is owed: working days, weekends and holidays left out."""
    day, left = received_on, ANSWER_WORKING_DAYS
    while left:
        day += timedelta(days=1)
        if day.weekday() < 5 and not holiday_of(day):  # noqa: PLR2004 (Saturday)
            left -= 1
    return day


def slug_of(title: str, on: date) -> str:
    """An address that people can read: "doi-thoai-voi-thanh-nien-2026-11-22"."""
    words = re.sub(r"[^a-z0-9]+", "-", fold(title)).strip("-")
    return f"{words[:80].rstrip('-') or 'su-kien'}-{on.isoformat()}"
