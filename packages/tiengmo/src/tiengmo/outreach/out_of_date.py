"""Events that took place and left no word of what came of them, as upkeep lists them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.upkeep.registry import EVENTS, MOST, Finding

from .models import Event
from .models.event import EventKind
from .workflow import EventState

if TYPE_CHECKING:
    from collections.abc import Iterator

# Minutes take some days to write; what is over for longer than a year is history.
PATIENCE, LOOKS_BACK = dt.timedelta(days=7), dt.timedelta(days=365)


def events_without_minutes(units: set[int]) -> Iterator[Finding]:
    now = timezone.now()
    rows = Event.objects.filter(
        state=EventState.PUBLISHED,
        unit__in=units,
        minutes="",
        end_at__lt=now - PATIENCE,
        end_at__gte=now - LOOKS_BACK,
    ).order_by("end_at", "pk")
    for row in rows[:MOST]:
        is_dialogue = row.kind == EventKind.DIALOGUE
        yield Finding(
            EVENTS,
            str(row.pk),
            row.unit_id,
            row.title,
            _("Buổi đối thoại đã qua mà chưa có biên bản, kết quả.")
            if is_dialogue
            else _("Sự kiện đã qua mà chưa ghi kết quả."),
            reverse("outreach_event", args=[row.pk]),
            row.editor_name,
            timezone.localdate(row.end_at),
        )
