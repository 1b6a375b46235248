from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from tiengmo.broadcasting.actions.cancel_playout import cancel_playout
from tiengmo.broadcasting.models import Episode, PlayoutItem

from .common import follow_up, require_operator

if TYPE_CHECKING:
    from tiengmo.audit.actors import Actor


def cancel_episode(episode: Episode, *, by: Actor) -> None:
    """Take an episode off the air; one that is on is stopped. Its rule does not make it again.

    Raises NotAllowed.
    """
    require_operator(by, episode.station)
    now = timezone.now()
    with transaction.atomic():
        if not Episode.objects.filter(pk=episode.pk, cancelled_at=None).update(cancelled_at=now):
            return
        for item in PlayoutItem.objects.filter(episode=episode, start_before_at__gt=now):
            cancel_playout(item)
        follow_up("episode_cancelled", by=by, station=episode.station, subject=episode)
