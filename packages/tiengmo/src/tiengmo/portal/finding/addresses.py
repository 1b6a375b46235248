"""The parameters of a search in an address, and addresses with one of them changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

if TYPE_CHECKING:
    from django.http import QueryDict

SEARCH = "/tim-kiem/"
LONGEST = 400
NAMES = {"q": "q", "kind": "loai", "unit": "don-vi", "category": "chuyen-muc", "year": "nam"}
_YEARS = range(1900, 2200)


@dataclass(frozen=True, slots=True)
class Search:
    """What an address asks; whatever is not understood there is left out."""

    q: str = ""
    kind: str = ""
    unit: str = ""
    category: str = ""
    year: str = ""
    page: int = 1

    @property
    def is_narrowed(self) -> bool:
        return bool(self.kind or self.unit or self.category or self.year)

    def address(self, **changed: str | int) -> str:
        """Give the address of this search with something changed; its first page, if not told."""
        asked = [
            (name, str(changed.get(field, getattr(self, field)))) for field, name in NAMES.items()
        ]
        asked.append(("trang", str(changed["page"]) if int(changed.get("page", 1)) > 1 else ""))
        return f"{SEARCH}?{urlencode([(name, value) for name, value in asked if value])}"


def read(parameters: QueryDict) -> Search:
    def text(name: str, most: int) -> str:
        return " ".join(parameters.get(name, "").replace("\0", " ").split())[:most]

    year = text("nam", 4)
    page = text("trang", 4)
    return Search(
        q=text("q", LONGEST),
        kind=text("loai", 30),
        unit=text("don-vi", 30),
        category=text("chuyen-muc", 60),
        year=year if year.isdecimal() and int(year) in _YEARS else "",
        page=int(page) if page.isdecimal() else 1,
    )
