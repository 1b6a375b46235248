"""Reads what stands inside a document's file, so that search finds it."""

from __future__ import annotations

import json
import re

from django.db import transaction

from tiengmo.foundation import blobs
from tiengmo.foundation.bounded import OutOfBounds, run
from tiengmo.foundation.vietnamese import nfc

from .entries import follow
from .models import DocumentFile, OfficialDocument, TextState

MOST_PAGES, MOST_CHARACTERS = 300, 200_000
SECONDS, MEGABYTES = 60, 768
# A scanned page has no letters, or those of a stamp that the scanner put upon it.
LETTERS_A_PAGE = 20
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufffd]")


def read_file(pk: int) -> None:
    """Keep the text of a PDF and let search know it; does nothing for a file that is gone."""
    file = DocumentFile.objects.filter(pk=pk, removed_at=None, suffix=".pdf").first()
    if file is None:
        return
    text, state = _text_of(file)
    with transaction.atomic():
        document = (
            OfficialDocument.objects.select_for_update(of=("self",))
            .select_related("kind", "field", "unit")
            .get(pk=file.document_id)
        )
        DocumentFile.objects.filter(pk=pk).update(text=text, text_state=state)
        if document.is_public:
            follow(document)


def _text_of(file: DocumentFile) -> tuple[str, str]:
    try:
        raw = blobs.path(file.sha256, file.suffix).read_bytes()
        read = run(
            "read_pdf", str(MOST_PAGES), str(MOST_CHARACTERS), given=raw, seconds=SECONDS,
            megabytes=MEGABYTES, most=MOST_CHARACTERS * 8,
        )  # fmt: skip
        found = json.loads(read)
    except (OutOfBounds, FileNotFoundError, ValueError):
        return "", TextState.UNREADABLE
    text = nfc(_CONTROLS.sub("", found["text"])).strip()
    if sum(map(str.isalpha, text)) < LETTERS_A_PAGE * max(1, min(found["read"], 5)):
        return "", TextState.NO_TEXT
    is_whole = found["read"] == found["pages"] and len(found["text"]) < MOST_CHARACTERS
    return text, TextState.READ if is_whole else TextState.IN_PART
