"""The demo's documents and procedures: invented, and every page of one says so."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.files.base import ContentFile
from django.db import transaction

from tiengmo.audit.actors import SYSTEM
from tiengmo.official_documents.actions import publish_document, save_draft
from tiengmo.official_documents.actions.content import Enclosed
from tiengmo.official_documents.models import DocumentField, DocumentKind, OfficialDocument
from tiengmo.one_stop.actions import import_catalogue
from tiengmo.one_stop.catalogue.reading import read_catalogue
from tiengmo.one_stop.models import Procedure
from tiengmo.people.models import User
from tiengmo.places.queries import top_units, unit_by_code

if TYPE_CHECKING:
    from collections.abc import Callable

DATA = Path(__file__).parent / "data"
# Who enters the district's and each commune's documents in the demo.
EDITOR = "bientap"


def ensure_records(tell: Callable[[str], None]) -> None:
    """Load the documents and the catalogue of procedures, unless some are there already."""
    tops = top_units()
    if not tops:
        return
    if not Procedure.objects.exists():
        tell("Đang nạp danh mục thủ tục hành chính …")
        folder = DATA / "procedures"
        raw = (folder / "procedures.csv").read_bytes()
        import_catalogue(
            read_catalogue(raw, folder=folder), unit=tops[0], by=SYSTEM, is_invented=True
        )
    editor = User.objects.filter(username=EDITOR).first()
    if editor is not None and not OfficialDocument.objects.exists():
        tell("Đang nạp văn bản chỉ đạo, điều hành …")
        _load_documents(DATA / "documents", editor)


@transaction.atomic
def _load_documents(folder: Path, editor: User) -> None:
    kinds = {kind.code: kind for kind in DocumentKind.objects.all()}
    fields = {field.code: field for field in DocumentField.objects.all()}
    loaded: dict[str, OfficialDocument] = {}
    with (folder / "documents.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        unit: Any = unit_by_code(row["unit"])
        document = OfficialDocument(
            unit=unit,
            kind=kinds[row["kind"]],
            field=fields[row["field"]],
            issued_on=dt.date.fromisoformat(row["issued_on"]),
            effective_on=_day(row["effective_on"]),
            expires_on=_day(row["expires_on"]),
            is_invented=row["is_invented"] == "1",
            **{name: row[name] for name in _WORDS},
        )
        name = row["file"]
        files = [ContentFile((folder / name).read_bytes(), name)] if name else []
        replaces = [loaded[row["replaces"]]] if row["replaces"] else None
        saved = save_draft(document, by=editor, enclosed=Enclosed(files=files, replaces=replaces))
        loaded[row["number"]] = publish_document(saved, by=SYSTEM)


_WORDS = ("number", "issuer", "abstract", "body", "signer", "signer_title")


def _day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
