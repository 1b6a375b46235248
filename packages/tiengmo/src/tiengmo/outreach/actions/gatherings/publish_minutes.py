from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.outreach.actions.checks import follow_event, locked_event
from tiengmo.outreach.errors import OutreachError
from tiengmo.outreach.rights import require_publisher
from tiengmo.outreach.rules import tidy_text
from tiengmo.outreach.workflow import EventState

if TYPE_CHECKING:
    from tiengmo.audit.actors import Process
    from tiengmo.outreach.models import Event
    from tiengmo.people.models import User


def publish_minutes(event: Event, *, by: User | Process, text: str) -> Event:
    """Say on an event's page what came of it. Raises NotAllowed, OutreachError.

    Only once it has begun, and never for one that was called off.
    """
    text = tidy_text(text)
    if not text:
        raise OutreachError(_("Hãy ghi kết quả."))
    with transaction.atomic():
        row = locked_event(event)
        require_publisher(by, row.unit)
        if row.state != EventState.PUBLISHED:
            raise OutreachError(_("Chỉ sự kiện đã công bố mới có kết quả."))
        if row.start_at > timezone.now():
            raise OutreachError(_("Sự kiện chưa diễn ra."))
        row.minutes, row.minutes_at = text, timezone.now()
        row.save(update_fields=["minutes", "minutes_at"])
        record("outreach.minutes_published", by=by, subject=row, detail={"unit": row.unit.code})
        follow_event(row)
    return row
