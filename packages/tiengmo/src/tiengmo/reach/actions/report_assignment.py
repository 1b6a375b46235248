from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.foundation.vietnamese import nfc
from tiengmo.people.errors import NotAllowed
from tiengmo.reach.errors import ReachError
from tiengmo.reach.models import Assignment
from tiengmo.reach.rights import may_report
from tiengmo.releases.models import Release

from .checks import refuse_persons

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from tiengmo.people.models import User


def report_assignment(
    assignment: Assignment,
    *,
    by: User,
    receipt_id: UUID,
    on: date,
    households: int = 0,
    language: str = "",
    note: str = "",
) -> Assignment:
    """Say that work is done, with the households reached: its receipt. The same id counts once.

    Raises NotAllowed; ReachError says what cannot be.
    """
    note = nfc(" ".join(note.split()))[:300]
    with transaction.atomic():
        # Before the row itself, as everybody who ends work does: a withdrawal holds the release.
        Release.objects.select_for_update().get(pk=assignment.release_id)
        row = (
            Assignment.objects.select_for_update(of=("self",))
            .select_related("village__unit", "release")
            .get(pk=assignment.pk)
        )
        if not may_report(by, row):
            raise NotAllowed(_("Việc này giao cho người khác."))
        if row.receipt_id == receipt_id:
            return row
        if row.state != Assignment.State.OPEN:
            raise ReachError(_("Việc này đã báo xong hoặc đã huỷ."))
        if problem := _problem(row, on=on, households=households, language=language):
            raise ReachError(problem)
        refuse_persons(note)
        row.state = Assignment.State.DONE
        row.receipt_id, row.done_on, row.done_by_name = receipt_id, on, str(by)
        if row.counts_households:
            row.households, row.language_used = households, language
        row.note = note
        row.ended_at = timezone.now()
        row.save()
        record(
            "reach.assignment_done",
            by=by,
            subject=row,
            detail={
                "village": row.village.code,
                "households": row.households,
                "language": row.language_used,
                "on": on.isoformat(),
            },
        )
    return row


def _problem(row: Assignment, *, on: date, households: int, language: str) -> str:
    since = row.release.released_at or row.given_at
    if on > timezone.localdate():
        return _("Ngày ghi còn chưa tới.")
    if on < timezone.localdate(since):
        return _("Ngày ghi trước ngày bản tin phát hành.")
    if not row.counts_households:
        return ""
    if not 1 <= households <= row.village.households:
        return _("Số hộ từ 1 đến %(households)d, là số hộ của thôn.") % {
            "households": row.village.households
        }
    return "" if language else _("Hãy ghi đã nói hay in bằng tiếng gì.")
