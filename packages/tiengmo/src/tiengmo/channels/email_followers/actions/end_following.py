from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from tiengmo.audit.actions import record
from tiengmo.audit.actors import SYSTEM
from tiengmo.channels.email_followers.models import Follower
from tiengmo.channels.email_followers.sealing import CONFIRM_WITHIN_SECONDS


def end_following(follower: Follower, *, why: str) -> None:
    """Erase a follower: address, interests and letters. why: "left" or "bounced"."""
    with transaction.atomic():
        record("follower.ended", by=SYSTEM, subject=str(follower), detail={"why": why})
        Follower.objects.filter(pk=follower.pk).delete()


def forget_unconfirmed() -> int:
    """Erase addresses that nobody confirmed in time; say how many."""
    since = timezone.now() - timedelta(seconds=CONFIRM_WITHIN_SECONDS)
    gone = Follower.objects.filter(confirmed_at=None, asked_at__lt=since)
    count = gone.count()
    gone.delete()
    return count
