"""How a reader narrows the list of bulletins: by category, place, year and month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.utils import timezone

if TYPE_CHECKING:
    from collections.abc import Mapping

FIRST_YEAR, LAST_YEAR = 1990, 2200
LONGEST_CODE = 40


@dataclass(frozen=True)
class Narrowed:
    """What was chosen; "" and None for what was not."""

    category: str = ""
    unit: str = ""
    year: int | None = None
    month: int | None = None

    @property
    def query(self) -> str:
        """The same as an address continues it, "muc=y-te&" or ""."""
        chosen = {
            "muc": self.category,
            "xa": self.unit,
            "nam": self.year or "",
            "thang": self.month or "",
        }
        text = urlencode({name: value for name, value in chosen.items() if value})
        return f"{text}&" if text else ""

    def between(self) -> tuple[datetime, datetime] | None:
        """From which instant to before which, in the locality's calendar."""
        if self.year is None:
            return None
        first, after = self.month or 1, (self.month or 12) + 1
        ends = (self.year + 1, 1) if after > 12 else (self.year, after)  # noqa: PLR2004
        zone = timezone.get_current_timezone()
        return (
            datetime(self.year, first, 1, tzinfo=zone),
            datetime(*ends, 1, tzinfo=zone),
        )


def read(asked: Mapping[str, str], this_year: int) -> Narrowed:
    """Read an address's choices; what makes no sense counts as not chosen.

    A month without a year is meant of this year.
    """
    year = _number(asked.get("nam", ""), FIRST_YEAR, LAST_YEAR)
    month = _number(asked.get("thang", ""), 1, 12)
    if month is not None and year is None:
        year = this_year
    return Narrowed(
        category=_code(asked.get("muc", "")),
        unit=_code(asked.get("xa", "")),
        year=year,
        month=month,
    )


def _code(text: str) -> str:
    is_code = len(text) <= LONGEST_CODE and text.replace("-", "").isalnum() and text.isascii()
    return text if is_code else ""


def _number(text: str, least: int, most: int) -> int | None:
    if not (text.isascii() and text.isdigit() and len(text) <= 4):  # noqa: PLR2004
        return None
    return int(text) if least <= int(text) <= most else None
