from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.broadcasting.errors import BroadcastingError
from tiengmo.broadcasting.models import Episode

from .common import follow_up, require_operator

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from tiengmo.audit.actors import Actor


def change_episode(
    episode: Episode,
    *,
    by: Actor,
    start_at: datetime | None = None,
    length_minutes: int | None = None,
    title: str | None = None,
) -> Episode:
    """Move an episode, give it another length or a name of its own.

    Raises NotAllowed; BroadcastingError when it has begun, was cancelled, or would begin in the
    past.
    """
    require_operator(by, episode.station)
    with transaction.atomic():
        found = coming_episode(episode.pk)
        before = found.start_at
        if start_at is not None and start_at != found.start_at:
            if start_at <= timezone.now():
                raise BroadcastingError(_("Giờ phát đã qua. Hãy chọn một giờ sắp tới."))
            found.start_at = start_at
        found.length_minutes = length_minutes or found.length_minutes
        found.title = found.title if title is None else title.strip()
        found.save(update_fields=["start_at", "length_minutes", "title"])
        follow_up(
            "episode_changed",
            by=by,
            station=found.station,
            subject=found,
            detail={"from": before.isoformat(), "to": found.start_at.isoformat()},
        )
    return found


def coming_episode(pk: UUID) -> Episode:
    """Lock an episode that may still be changed. Raises BroadcastingError."""
    episode = Episode.objects.select_for_update().get(pk=pk)
    if episode.cancelled_at is not None:
        raise BroadcastingError(_("Số phát này đã huỷ."))
    if episode.start_at <= timezone.now():
        raise BroadcastingError(_("Số phát này đã lên sóng, không sửa được nữa."))
    return episode
