from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from tiengmo.channels.email_followers.actions.end_following import end_following
from tiengmo.channels.email_followers.models import Follower

if TYPE_CHECKING:
    from collections.abc import Collection


def change_following(follower: Follower, *, keep: Collection[str], rhythm: str) -> bool:
    """Keep only these ("area:02686"), with this rhythm; say whether anything is still followed.

    Nothing kept is leaving: everything is erased.
    """
    with transaction.atomic():
        locked = Follower.objects.select_for_update().get(pk=follower.pk)
        for following in locked.followings.all():
            if str(following) not in keep:
                following.delete()
        if not locked.followings.exists():
            end_following(locked, why="left")
            return False
        locked.rhythm = Follower.Rhythm(rhythm)
        locked.save(update_fields=["rhythm"])
    return True
