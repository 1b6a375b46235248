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

    from tiengmo.audit.actors import Actor
    from tiengmo.broadcasting.models import Show


def make_episode(
    show: Show,
    *,
    start_at: datetime,
    by: Actor,
    length_minutes: int | None = None,
    title: str = "",
) -> Episode:
    """Put a single episode of a show into the week, beside what its rules make.

    Raises NotAllowed; BroadcastingError for a time that is over or a show that has ended.
    """
    require_operator(by, show.station)
    if start_at <= timezone.now():
        raise BroadcastingError(_("Giờ phát đã qua. Hãy chọn một giờ sắp tới."))
    if show.closed_at is not None:
        raise BroadcastingError(_("Chương trình này đã dừng."))
    with transaction.atomic():
        episode = Episode.objects.create(
            show=show,
            station=show.station,
            start_at=start_at,
            length_minutes=length_minutes or show.length_minutes,
            title=title.strip(),
        )
        follow_up("episode_made", by=by, station=show.station, subject=episode)
    return episode
