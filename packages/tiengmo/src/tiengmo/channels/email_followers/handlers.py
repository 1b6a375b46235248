"""What the worker runs for this channel."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from tiengmo.channels.email_followers import listening, sending
from tiengmo.channels.email_followers.actions import forget_unconfirmed
from tiengmo.channels.email_followers.posting import SEND, TELL
from tiengmo.outbox.registry import every, handles
from tiengmo.releases.models import Release


@handles(TELL)
def tell(payload: dict[str, Any]) -> None:
    listening.tell_of(Release.objects.select_related("unit").get(pk=payload["release"]))


@handles(SEND)
def send(_payload: dict[str, Any]) -> None:
    sending.send_waiting()


@every("email_followers.daily", seconds=600)
def daily(_payload: dict[str, Any]) -> None:
    """From five in the afternoon: what was held before goes now, what is held later tomorrow."""
    closes_at = timezone.localtime().replace(hour=sending.DAILY_HOUR, minute=0, second=0)
    if timezone.now() >= closes_at:
        sending.send_daily(held_before=closes_at)


@every("email_followers.forget", seconds=3600)
def forget(_payload: dict[str, Any]) -> None:
    sending.note_doubt()
    sending.forget_old_letters()
    forget_unconfirmed()
