from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from tiengmo.audit.actions import record
from tiengmo.official_documents.permissions import WRITES
from tiengmo.official_documents.workflow import next_state
from tiengmo.people.actions import require_role
from tiengmo.places.queries import standing

from .content import locked

if TYPE_CHECKING:
    from tiengmo.official_documents.models import OfficialDocument
    from tiengmo.people.models import User


def discard_draft(document: OfficialDocument, *, by: User) -> None:
    """Throw away what was never published. Raises NotAllowed, NotPossible."""
    with transaction.atomic():
        row = locked(document)
        require_role(by, WRITES, standing(row.unit))
        next_state(row.state, "discard")
        record("document.discarded", by=by, subject=row, detail={"abstract": row.abstract})
        row.delete()
