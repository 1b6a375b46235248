from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.foundation.vietnamese import nfc
from tiengmo.reach.errors import ReachError
from tiengmo.reach.models import Assignment
from tiengmo.reach.rights import require_giver

if TYPE_CHECKING:
    from tiengmo.audit.actors import Process
    from tiengmo.people.models import User
    from tiengmo.releases.models import Release


def cancel_assignment(assignment: Assignment, *, by: User | Process, why: str) -> Assignment:
    """Call work off; what is done stays done. Raises NotAllowed, ReachError (no reason, ended)."""
    why = nfc(" ".join(why.split()))[:300]
    if not why:
        raise ReachError(_("Hãy ghi lý do huỷ."))
    with transaction.atomic():
        row = (
            Assignment.objects.select_for_update(of=("self",))
            .select_related("village__unit")
            .get(pk=assignment.pk)
        )
        require_giver(by, row.village.unit)
        if row.state != Assignment.State.OPEN:
            raise ReachError(_("Việc này đã báo xong hoặc đã huỷ."))
        row.state, row.note, row.ended_at = Assignment.State.CANCELLED, why, timezone.now()
        row.save(update_fields=["state", "note", "ended_at"])
        record(
            "reach.assignment_cancelled",
            by=by,
            subject=row,
            detail={"village": row.village.code, "why": why},
        )
    return row


def cancel_all(release: Release, *, by: User | Process, why: str) -> None:
    """Call off what is open for a release; inside the caller's transaction."""
    for row in Assignment.objects.filter(release=release, state=Assignment.State.OPEN):
        cancel_assignment(row, by=by, why=why)
