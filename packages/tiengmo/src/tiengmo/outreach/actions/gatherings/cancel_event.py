from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.outreach.actions.checks import follow_event, locked_event
from tiengmo.outreach.errors import OutreachError
from tiengmo.outreach.rights import require_handler
from tiengmo.outreach.rules import tidy_line
from tiengmo.outreach.workflow import EventState

if TYPE_CHECKING:
    from tiengmo.audit.actors import Process
    from tiengmo.outreach.models import Event
    from tiengmo.people.models import User


def cancel_event(event: Event, *, by: User | Process, reason: str) -> Event:
    """Call an event off; its page stays and says why, calendars that follow it take it out.

    Raises NotAllowed, OutreachError (no reason, already cancelled).
    """
    reason = tidy_line(reason)[:500]
    if not reason:
        raise OutreachError(_("Hãy ghi lý do huỷ."))
    with transaction.atomic():
        row = locked_event(event)
        require_handler(by, row.unit)
        if row.state == EventState.CANCELLED:
            raise OutreachError(_("Sự kiện này đã huỷ rồi."))
        row.state, row.reason = EventState.CANCELLED, reason
        row.changed_at = timezone.now()
        row.change_count += 1
        row.save(update_fields=["state", "reason", "changed_at", "change_count"])
        record(
            "outreach.event_cancelled",
            by=by,
            subject=row,
            detail={"unit": row.unit.code, "reason": reason},
        )
        follow_event(row)
    return row
