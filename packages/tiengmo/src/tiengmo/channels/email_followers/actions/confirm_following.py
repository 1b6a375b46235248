from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.audit.actors import SYSTEM
from tiengmo.channels.email_followers import sealing
from tiengmo.channels.email_followers.errors import CannotFollow
from tiengmo.channels.email_followers.models import Follower, Following, Letter


def confirm_following(token: str) -> Follower:
    """Begin to follow what the letter with this link named; a second time changes nothing.

    Raises CannotFollow: the link is older than two days, or somebody has left since.
    """
    letter_id = sealing.letter_of(token)
    with transaction.atomic():
        letter = (
            Letter.objects.select_for_update()
            .filter(pk=letter_id, kind=Letter.Kind.CONFIRM)
            .first()
        )
        if letter is None:
            raise CannotFollow(_("Liên kết này đã hết hạn hoặc đã dùng để ngừng theo dõi."))
        follower = Follower.objects.select_for_update().get(pk=letter.follower_id)
        before = follower.followings.count()
        Following.objects.bulk_create(
            [Following(follower=follower, kind=kind, code=code) for kind, code in letter.wanted],
            ignore_conflicts=True,
        )
        follower.confirmed_at = follower.confirmed_at or timezone.now()
        follower.rhythm = letter.wanted_rhythm
        follower.times_asked = 0
        follower.save(update_fields=["confirmed_at", "rhythm", "times_asked"])
        after = follower.followings.count()
        if after != before:
            record("follower.confirmed", by=SYSTEM, subject=follower, detail={"follows": after})
    return follower
