"""What the worker runs for this app: ends that must come even when no playout process does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from tiengmo.audit.actors import SYSTEM
from tiengmo.outbox.registry import Lane, every, handles
from tiengmo.speakers.retention import retain

from .actions import finish_relay_session, finish_takeover, keep_recording
from .models import EndReason, LiveTakeover, Relay
from .queries import is_playout_alive
from .rules import FINISH_GRACE, RESUME_SECONDS, WAITING_SECONDS
from .workflow import OPEN, TakeoverState


@handles("studio.finish")
def finish(payload: dict[str, Any]) -> None:
    takeover = LiveTakeover.objects.get(pk=payload["takeover"])
    if takeover.state == TakeoverState.ENDING:
        finish_takeover(takeover, by=SYSTEM)


@handles("studio.end_due")
def end_due(payload: dict[str, Any]) -> None:
    takeover = LiveTakeover.objects.get(pk=payload["takeover"])
    if takeover.is_open:
        finish_takeover(takeover, by=SYSTEM, reason=EndReason.UNTIL)


@handles("studio.keep_recording", lane=Lane.SLOW)
def recording(payload: dict[str, Any]) -> None:
    keep_recording(LiveTakeover.objects.get(pk=payload["takeover"]), by=SYSTEM)


@handles("studio.clear")
def clear(payload: dict[str, Any]) -> None:
    retain(payload["topic"], lambda _version: "")


@every("studio.watch", seconds=5)
def watch(_payload: dict[str, Any]) -> None:
    """End what a playout process would have ended, if there were one."""
    if is_playout_alive():
        return
    now = timezone.now()
    for takeover in LiveTakeover.objects.filter(state__in=OPEN).select_related("station"):
        silent = RESUME_SECONDS if takeover.sound_at else WAITING_SECONDS
        since = takeover.sound_at or takeover.started_at
        if now - since > timedelta(seconds=silent) + FINISH_GRACE:
            finish_takeover(takeover, by=SYSTEM, reason=EndReason.LOST)
    for relay in Relay.objects.exclude(takeover="").filter(session_until__lt=now):
        finish_relay_session(relay.pk)
