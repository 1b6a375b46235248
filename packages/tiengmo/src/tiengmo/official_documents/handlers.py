"""What the worker does for documents: publish what was held back when its hour comes."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Q

from tiengmo.outbox.actions import announce
from tiengmo.outbox.registry import Lane, every, handles
from tiengmo.search import actions as search

from .entries import entry_of, follow
from .events import public_page_changed
from .models import DocumentFile, OfficialDocument, TextState
from .queries import public_documents
from .reading import read_file

APPEAR = "official_documents.appear"
READ_FILE = "official_documents.read_file"
AT_ONCE = 200
RENAMED = "official_documents.list_row_renamed"


@handles(RENAMED, lane=Lane.SLOW)
def say_its_new_name(payload: dict[str, Any]) -> None:
    """A kind or a field has a new name: search says it of every document that has it."""
    of = "kind" if payload["list"] == "documentkind" else "field"
    rows = public_documents().filter(**{of: payload["row"]}).select_related("unit")
    for one in rows.iterator(500):
        search.put([entry_of(one)])


@handles(APPEAR)
def appear(payload: dict[str, Any]) -> None:
    """The embargo of a document has run out; does nothing for one that is not public after all."""
    with transaction.atomic():
        document = (
            OfficialDocument.objects.select_for_update(of=("self",))
            .select_related("kind", "field", "unit")
            .filter(pk=payload["document"])
            .first()
        )
        if document is None or not document.is_public:
            return
        follow(document)
        public_page_changed.send(OfficialDocument, document=document)


@handles(READ_FILE, lane=Lane.SLOW)
def read_one_file(payload: dict[str, Any]) -> None:
    """Let search know what stands inside a PDF."""
    read_file(payload["file"])


@every("official_documents.read_files", seconds=1800)
def read_waiting_files(_payload: dict[str, Any]) -> None:
    """PDFs from before they were read, some at a time."""
    unread = Q(text_state=TextState.NOT_READ) | Q(text_state=TextState.WAITING)
    files = DocumentFile.objects.filter(unread, suffix=".pdf", removed_at=None)
    for pk in files.values_list("pk", flat=True)[:AT_ONCE]:
        announce(READ_FILE, {"file": pk}, key=f"{READ_FILE}:{pk}")
