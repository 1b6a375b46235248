"""What another app puts in: one thing that a person may look for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to be found: plain text, as it is shown to everybody.

    ref: the owner's own name for it, "bulletin:7"; the same ref replaces. number: as printed,
    "52/2016/QĐ-UBND". keywords: words that find it and stand nowhere in it. date: an instant with
    its zone; None for what has no date and always stands (a procedure, a contact): it counts as
    newest. Nothing that is not public may be put in.
    """

    ref: str
    kind: str
    url: str
    title: str
    body: str
    number: str = ""
    unit_code: str = ""
    unit_name: str = ""
    category: str = ""
    category_name: str = ""
    language: str = "vi"
    date: datetime | None = None
    keywords: str = ""
