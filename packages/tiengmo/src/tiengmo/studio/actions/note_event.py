from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from tiengmo.people.actions import require_role
from tiengmo.people.models import Role
from tiengmo.studio.models import LiveTakeover, Relay, StudioEvent

if TYPE_CHECKING:
    from tiengmo.people.models import User


def note_event(
    kind: str,
    *,
    takeover_id: str | None = None,
    relay_id: int | None = None,
    is_alarm: bool,
    is_over: bool = False,
    detail: str = "",
) -> None:
    """Write down that something began (once while it lasts), or that it is over."""
    now = timezone.now()
    with transaction.atomic():
        station_id = (
            LiveTakeover.objects.values_list("station_id", flat=True).get(pk=takeover_id)
            if takeover_id
            else Relay.objects.values_list("station_id", flat=True).get(pk=relay_id)
        )
        lasting = StudioEvent.objects.filter(
            takeover_id=takeover_id, relay_id=relay_id, kind=kind, ended_at=None
        )
        if is_over:
            lasting.update(ended_at=now)
        elif not (is_alarm and lasting.exists()):
            StudioEvent.objects.create(
                station_id=station_id,
                takeover_id=takeover_id,
                relay_id=relay_id,
                kind=kind,
                is_alarm=is_alarm,
                at=now,
                # What is no alarm has no length.
                ended_at=None if is_alarm else now,
                detail=detail[:300],
            )


def acknowledge(event: StudioEvent, *, by: User) -> None:
    """Somebody has seen an alarm.

    Raises:
        NotAllowed.
    """
    require_role(by, Role.OPERATOR, event.station)
    StudioEvent.objects.filter(pk=event.pk, seen_at=None).update(
        seen_at=timezone.now(), seen_by_name=by.get_full_name()
    )
