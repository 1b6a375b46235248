"""What the worker runs for this channel."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from tiengmo.channels.press import sending
from tiengmo.channels.press.actions import forget_old
from tiengmo.channels.press.models import Letter
from tiengmo.channels.press.posting import SEND, post_soon
from tiengmo.outbox.registry import Lane, every, handles


@handles(SEND, lane=Lane.OUTSIDE)
def send(_payload: dict[str, Any]) -> None:
    sending.send_waiting()


@every("press.look", seconds=60)
def look(_payload: dict[str, Any]) -> None:
    """Whatever became of the entry that sends: nothing that waits is forgotten."""
    states = (Letter.State.WAITING, Letter.State.SENDING)
    if settings.EMAIL_URL and Letter.objects.filter(state__in=states).exists():
        post_soon()


@every("press.forget", seconds=3600)
def forget(_payload: dict[str, Any]) -> None:
    forget_old()
