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
from tiengmo.releases.models import Release

from .checks import refuse_persons

if TYPE_CHECKING:
    from tiengmo.audit.actors import Process
    from tiengmo.people.models import User


def cancel_assignment(assignment: Assignment, *, by: User | Process, why: str) -> Assignment:
    """Call work off; what is done stays done.

    Raises NotAllowed, ReachError (no reason, a person in it, ended).
    """
    why = _tidy(why)
    with transaction.atomic():
        row = _locked(assignment)
        require_giver(by, row.village.unit)
        if row.state != Assignment.State.OPEN:
            raise ReachError(_("Việc này đã báo xong hoặc đã huỷ."))
        _cancel(row, by=by, why=why)
    return row


def cancel_all(release: Release, *, by: User | Process, why: str) -> None:
    """Call off what is open for a release; inside the caller's transaction."""
    why = _tidy(why)
    for found in Assignment.objects.filter(release=release, state=Assignment.State.OPEN):
        row = _locked(found)
        # Reported or called off since it was listed: that stands.
        if row.state == Assignment.State.OPEN:
            require_giver(by, row.village.unit)
            _cancel(row, by=by, why=why)


def _tidy(why: str) -> str:
    why = nfc(" ".join(why.split()))[:300]
    if not why:
        raise ReachError(_("Hãy ghi lý do huỷ."))
    refuse_persons(why)
    return why


def _locked(assignment: Assignment) -> Assignment:
    # Before the row itself, as everybody who ends work does: a withdrawal holds the release first.
    Release.objects.select_for_update().get(pk=assignment.release_id)
    return (
        Assignment.objects.select_for_update(of=("self",))
        .select_related("village__unit", "release")
        .get(pk=assignment.pk)
    )


def _cancel(row: Assignment, *, by: User | Process, why: str) -> None:
    row.state, row.note, row.ended_at = Assignment.State.CANCELLED, why, timezone.now()
    row.save(update_fields=["state", "note", "ended_at"])
    record(
        "reach.assignment_cancelled",
        by=by,
        subject=row,
        detail={"village": row.village.code, "why": why},
    )
