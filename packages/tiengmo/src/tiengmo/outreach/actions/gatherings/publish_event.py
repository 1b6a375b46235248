from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.audit.actors import id_and_name
from tiengmo.outreach.actions.checks import follow_event, locked_event
from tiengmo.outreach.errors import OutreachError
from tiengmo.outreach.rights import require_publisher
from tiengmo.outreach.workflow import EventState

if TYPE_CHECKING:
    from tiengmo.audit.actors import Process
    from tiengmo.outreach.models import Event
    from tiengmo.people.models import User


def publish_event(event: Event, *, by: User | Process) -> Event:
    """Announce an event. Raises NotAllowed, OutreachError (one's own, or not a draft)."""
    with transaction.atomic():
        row = locked_event(event)
        require_publisher(by, row.unit)
        if row.state != EventState.DRAFT:
            raise OutreachError(_("Sự kiện này không còn là bản nháp."))
        by_id, by_name = id_and_name(by)
        if row.editor_id == by_id:
            raise OutreachError(_("Người soạn không tự duyệt sự kiện của mình."))
        row.state, row.published_at = EventState.PUBLISHED, timezone.now()
        row.publisher_name = by_name
        row.save(update_fields=["state", "published_at", "publisher_name"])
        record(
            "outreach.event_published",
            by=by,
            subject=row,
            detail={"unit": row.unit.code, "editor": row.editor_name},
        )
        follow_event(row)
    return row
