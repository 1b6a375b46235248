"""Documents as search knows them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.utils import timezone

from tiengmo.search import actions as search
from tiengmo.search.entries import Entry

from .queries import public_documents

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet

    from .models import OfficialDocument


# Of each document, with its files: what search is given.
LONGEST_BODY = 300_000


def reference(document: OfficialDocument) -> str:
    return f"official_documents.document:{document.pk}"


def entry_of(document: OfficialDocument) -> Entry:
    issued_at = dt.datetime.combine(document.issued_on, dt.time(12))
    keywords = [document.kind.name, document.field.name, document.issuer, document.signer]
    return Entry(
        ref=reference(document),
        kind="document",
        url=document.address,
        title=document.abstract,
        body=_body(document),
        number=document.number,
        unit_code=document.unit.code,
        unit_name=document.unit.name,
        category=document.kind.code,
        category_name=document.kind.name,
        date=timezone.make_aware(issued_at),
        keywords=" ".join(filter(None, keywords)),
    )


def _body(document: OfficialDocument) -> str:
    """What was entered, and what stands in its files."""
    texts = [file.text for file in document.files.all() if file.text and file.removed_at is None]
    return "\n".join([document.body, *texts])[:LONGEST_BODY]


def _with_files(rows: QuerySet[OfficialDocument]) -> QuerySet[OfficialDocument]:
    return rows.select_related("unit").prefetch_related("files")


def every_entry() -> Iterator[Entry]:
    """Everything that people may read now: what `tiengmo search rebuild` reads."""
    return (entry_of(one) for one in _with_files(public_documents()).iterator(500))


def follow(document: OfficialDocument) -> None:
    """Let search say what the public may read of this document; in the caller's transaction."""
    if document.is_public:
        search.put([entry_of(document)])
    else:
        search.drop([reference(document)])
