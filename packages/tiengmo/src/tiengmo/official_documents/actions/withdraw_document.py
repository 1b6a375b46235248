from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.official_documents import rules
from tiengmo.official_documents.errors import NotReady
from tiengmo.official_documents.permissions import PUBLISHES
from tiengmo.official_documents.workflow import next_state
from tiengmo.people.actions import require_role
from tiengmo.places.queries import standing

from .content import locked, tell

if TYPE_CHECKING:
    from tiengmo.official_documents.models import OfficialDocument
    from tiengmo.people.models import User


def withdraw_document(
    document: OfficialDocument, *, by: User, reason: str, version: int | None = None
) -> OfficialDocument:
    """Take a published document off the portal; its address says why from now on.

    Raises NotAllowed, NotPossible, ChangedMeanwhile, NotReady without a reason.
    """
    reason = rules.clean_text(reason)[:2000]
    if not reason:
        raise NotReady(_("Hãy ghi lý do gỡ: lý do hiện cho người mở địa chỉ này."))
    with transaction.atomic():
        row = locked(document, version)
        require_role(by, PUBLISHES, standing(row.unit))
        row.state = next_state(row.state, "withdraw")
        row.withdrawn_at = timezone.now()
        row.withdrawn_by_name = by.get_full_name()
        row.withdrawal_reason = reason
        row.version += 1
        row.save()
        tell(row)
        record("document.withdrawn", by=by, subject=row, detail={"reason": reason})
    return row
