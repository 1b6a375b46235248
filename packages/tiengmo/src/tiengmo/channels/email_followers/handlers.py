"""What the worker runs for this channel."""

from __future__ import annotations

from typing import Any

from tiengmo.channels.email_followers import listening, sending
from tiengmo.channels.email_followers.actions import forget_unconfirmed
from tiengmo.channels.email_followers.models import Letter
from tiengmo.channels.email_followers.posting import (
    SEND,
    SEND_DAILY,
    TELL,
    post_daily_soon,
    post_soon,
)
from tiengmo.outbox.registry import Lane, every, handles
from tiengmo.releases.models import Release


@handles(TELL)
def tell(payload: dict[str, Any]) -> None:
    listening.tell_of(Release.objects.select_related("unit").get(pk=payload["release"]))


@handles(SEND, lane=Lane.OUTSIDE)
def send(_payload: dict[str, Any]) -> None:
    sending.send_waiting()


@handles(SEND_DAILY, lane=Lane.OUTSIDE)
def send_daily(_payload: dict[str, Any]) -> None:
    sending.send_daily(held_before=sending.last_closing())


@every("email_followers.daily", seconds=600)
def daily(_payload: dict[str, Any]) -> None:
    """From five in the afternoon what was held before goes, what is held later tomorrow; and
    whatever became of the entries that send: nothing that waits is forgotten."""
    letters = Letter.objects
    if letters.filter(state=Letter.State.HELD, at__lt=sending.last_closing()).exists():
        post_daily_soon()
    if letters.filter(state=Letter.State.WAITING).exists():
        post_soon()


@every("email_followers.forget", seconds=3600)
def forget(_payload: dict[str, Any]) -> None:
    sending.note_doubt()
    sending.forget_old_letters()
    forget_unconfirmed()
