"""What holds for documents whoever asks: pure functions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.utils.text import slugify
from django.utils.translation import gettext as _

from tiengmo.foundation.vietnamese import fold, nfc

if TYPE_CHECKING:
    from datetime import date, datetime
    from typing import Protocol

    class Dated(Protocol):
        @property
        def issued_on(self) -> date: ...
        @property
        def effective_on(self) -> date | None: ...
        @property
        def expires_on(self) -> date | None: ...


_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
)
_OLDEST_YEAR = 1945
_LONGEST_SLUG = 100


def clean_line(text: str) -> str:
    """One composed line without invisible characters and doubled spaces."""
    return " ".join(_INVISIBLE.sub("", nfc(text)).split())


def clean_text(text: str) -> str:
    """Composed text with plain line ends; at most one empty line between paragraphs."""
    text = _INVISIBLE.sub("", nfc(text.replace("\r\n", "\n").replace("\r", "\n")))
    lines = [" ".join(line.split()) for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def clean_number(text: str) -> str:
    """A number as it is compared: 07 - CT / TW and 07–CT/TW are 07-CT/TW."""
    return re.sub(r"\s*([-–/])\s*", lambda mark: mark[1].replace("–", "-"), clean_line(text))


def wrong_dates(document: Dated, today: date) -> dict[str, str]:
    """Name the dates that contradict each other, by field."""
    wrong = {}
    if document.issued_on > today:
        wrong["issued_on"] = _("Ngày ban hành còn ở phía trước.")
    elif document.issued_on.year < _OLDEST_YEAR:
        wrong["issued_on"] = _("Hãy kiểm tra năm ban hành.")
    if document.effective_on and document.effective_on < document.issued_on:
        wrong["effective_on"] = _("Ngày có hiệu lực không thể trước ngày ban hành.")
    starts_on = document.effective_on or document.issued_on
    if document.expires_on and document.expires_on < starts_on:
        wrong["expires_on"] = _("Ngày hết hiệu lực không thể trước ngày có hiệu lực.")
    return wrong


def slug_for(kind_code: str, number: str, issued_on: date) -> str:
    """The address of a document: chi-thi-07-ct-tw-2016."""
    words = slugify(fold(number.replace("/", "-").replace(".", "-")))
    slug = f"{kind_code}-{words or 'so'}"
    year = str(issued_on.year)
    return (slug if year in slug.split("-") else f"{slug[:_LONGEST_SLUG]}-{year}")[:_LONGEST_SLUG]


def in_words(value: str | date | datetime | bool | None) -> str:
    """A value as the history of corrections shows it."""
    if value is None or value == "":
        return _("(trống)")
    if isinstance(value, str):
        return value
    return f"{value:%d/%m/%Y}"


def validity(document: Dated, today: date, *, is_replaced: bool) -> str:
    """A code for what a reader must know first: in force, not yet, no longer, replaced."""
    if is_replaced:
        return "replaced"
    if document.expires_on and document.expires_on < today:
        return "expired"
    if document.effective_on and document.effective_on > today:
        return "not_yet"
    return "in_force"
