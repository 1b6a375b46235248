from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.audit.actors import id_and_name
from tiengmo.outreach.actions.checks import follow_event, locked_event
from tiengmo.outreach.errors import OutreachError
from tiengmo.outreach.models import Event
from tiengmo.outreach.rights import require_editor, require_publisher
from tiengmo.outreach.rules import slug_of, tidy_line, tidy_text
from tiengmo.outreach.workflow import EventState

if TYPE_CHECKING:
    from tiengmo.audit.actors import Process
    from tiengmo.people.models import User

LINES = ("title", "place", "chair", "contact")
TEXTS = ("summary", "programme")
FIELDS = (*LINES, *TEXTS, "kind", "latitude", "longitude", "start_at", "end_at")


def save_event(event: Event, *, by: User | Process) -> Event:
    """Write an event down or change it. A published one is changed by approvers, and says so.

    Raises NotAllowed, OutreachError (no title or place, an end before the beginning, half a point,
    a cancelled event).
    """
    for name in LINES:
        setattr(event, name, tidy_line(getattr(event, name)))
    for name in TEXTS:
        setattr(event, name, tidy_text(getattr(event, name)))
    _check(event)
    with transaction.atomic():
        editor_id, editor_name = id_and_name(by)
        if event.pk is None:
            require_editor(by, event.unit)
            event.editor_id, event.editor_name = editor_id, editor_name
            event.slug = _free_slug(event)
            event.save()
            record("outreach.event_added", by=by, subject=event, detail={"unit": event.unit.code})
            return event
        row = locked_event(event)
        # What was approved is not changed by who could not have approved it.
        is_published = row.state == EventState.PUBLISHED
        (require_publisher if is_published else require_editor)(by, row.unit)
        if row.state == EventState.CANCELLED:
            raise OutreachError(_("Sự kiện đã huỷ thì không sửa nữa."))
        changed = [name for name in FIELDS if getattr(row, name) != getattr(event, name)]
        if not changed:
            return row
        for name in changed:
            setattr(row, name, getattr(event, name))
        row.editor_id, row.editor_name = editor_id, editor_name
        if is_published:
            row.changed_at = timezone.now()
            row.change_count += 1
        row.save()
        record(
            "outreach.event_changed",
            by=by,
            subject=row,
            detail={"unit": row.unit.code, "changed": changed},
        )
        if row.is_public:
            follow_event(row)
    return row


def _check(event: Event) -> None:
    if not event.title or not event.place:
        raise OutreachError(_("Hãy ghi tên và địa điểm."))
    if event.end_at <= event.start_at:
        raise OutreachError(_("Giờ kết thúc phải sau giờ bắt đầu."))
    if (event.latitude is None) != (event.longitude is None):
        raise OutreachError(_("Hãy ghi cả vĩ độ và kinh độ, hoặc bỏ trống cả hai."))


def _free_slug(event: Event) -> str:
    wanted = slug_of(event.title, timezone.localdate(event.start_at))
    taken = set(Event.objects.filter(slug__startswith=wanted).values_list("slug", flat=True))
    number = 1
    while (slug := wanted if number == 1 else f"{wanted}-{number}") in taken:
        number += 1
    return slug
