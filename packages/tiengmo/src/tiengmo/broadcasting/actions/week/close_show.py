from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from tiengmo.broadcasting.models import Episode, Show

from .common import follow_up, require_operator

if TYPE_CHECKING:
    from tiengmo.audit.actors import Actor


def close_show(show: Show, *, by: Actor) -> int:
    """End a show: its coming episodes are cancelled, what was on air stays on record.

    Gives how many episodes that were. Raises NotAllowed.
    """
    require_operator(by, show.station)
    now = timezone.now()
    with transaction.atomic():
        Show.objects.filter(pk=show.pk).update(closed_at=now)
        coming = Episode.objects.filter(show=show, cancelled_at=None, start_at__gt=now)
        number = coming.update(cancelled_at=now)
        follow_up(
            "show_closed", by=by, station=show.station, subject=show, detail={"episodes": number}
        )
    return number
