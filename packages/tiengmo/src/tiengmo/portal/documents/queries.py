"""What the public pages of documents read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count
from django.db.models.functions import ExtractYear

from tiengmo.official_documents.models import DocumentField, DocumentKind, OfficialDocument
from tiengmo.official_documents.queries import public_documents

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import QueryDict

LONGEST_ASKED = 200
YEARS = frozenset(map(str, range(1900, 2200)))


@dataclass(frozen=True)
class Choice:
    """One value of a filter, with how many documents it leaves."""

    value: str
    name: str
    count: int


@dataclass(frozen=True)
class Narrowing:
    """What a reader narrows the list by; what names nothing narrows nothing."""

    kind: str = ""
    issuer: str = ""
    year: int | None = None
    field: str = ""

    @classmethod
    def asked(cls, query: QueryDict) -> Narrowing:
        year = query.get("nam", "")
        return cls(
            kind=query.get("loai", "")[:LONGEST_ASKED],
            issuer=query.get("co-quan", "")[:LONGEST_ASKED],
            year=int(year) if year in YEARS else None,
            field=query.get("linh-vuc", "")[:LONGEST_ASKED],
        )

    def __bool__(self) -> bool:
        return bool(self.kind or self.issuer or self.year or self.field)

    def of(self, rows: QuerySet[OfficialDocument], *, but: str = "") -> QuerySet[OfficialDocument]:
        """Rows that fit, leaving out one filter: its own choices are counted without it."""
        if self.kind and but != "kind":
            rows = rows.filter(kind__code=self.kind)
        if self.issuer and but != "issuer":
            rows = rows.filter(issuer=self.issuer)
        if self.year and but != "year":
            rows = rows.filter(issued_on__year=self.year)
        if self.field and but != "field":
            rows = rows.filter(field__code=self.field)
        return rows


def choices(rows: QuerySet[OfficialDocument], narrowed: Narrowing) -> dict[str, list[Choice]]:
    """What each filter offers, with counts under the other filters."""
    kinds = dict(DocumentKind.objects.values_list("code", "name"))
    fields = dict(DocumentField.objects.values_list("code", "name"))

    def counted(name: str, but: str) -> dict[str, int]:
        found = narrowed.of(rows, but=but).order_by().values_list(name).annotate(n=Count("pk"))
        return dict(found)

    by_kind = counted("kind__code", "kind")
    by_field = counted("field__code", "field")
    years = (
        narrowed.of(rows, but="year")
        .order_by()
        .annotate(year=ExtractYear("issued_on"))
        .values_list("year")
        .annotate(n=Count("pk"))
    )
    return {
        "kinds": [Choice(c, name, by_kind[c]) for c, name in kinds.items() if c in by_kind],
        "fields": [Choice(c, name, by_field[c]) for c, name in fields.items() if c in by_field],
        "issuers": [
            Choice(name, name, n) for name, n in sorted(counted("issuer", "issuer").items())
        ],
        "years": [Choice(str(y), str(y), n) for y, n in sorted(years, reverse=True)],
    }


def programmes() -> QuerySet[OfficialDocument]:
    """Strategies, plans, programmes and schemes."""
    return public_documents().filter(kind__is_programme=True)


def newest(limit: int) -> list[OfficialDocument]:
    """For the home page."""
    return list(public_documents()[:limit])
