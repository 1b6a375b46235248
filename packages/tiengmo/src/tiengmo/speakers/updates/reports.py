"""What boxes say of an update becomes the state of their installation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from tiengmo.speakers.models import Box, Installation, InstallState

from .rules import PASSING
from .step import try_again

if TYPE_CHECKING:
    from speaker_link.envelope import BoxMessage

    from tiengmo.speakers.actions.ingest import Arrival

_SETTLED = {"confirmed": InstallState.CONFIRMED, "rolled_back": InstallState.ROLLED_BACK}
_OVER = {InstallState.CONFIRMED, InstallState.ROLLED_BACK}


def record_update(message: BoxMessage[Any], *, box: Box, arrival: Arrival) -> None:
    """Note how far an order came. A report of an order that nobody knows changes nothing."""
    body = message.body
    one = (
        Installation.objects.select_for_update()
        .filter(command_id=body.command_id, box=box)
        .exclude(command_id="")
        .first()
    )
    if one is None:
        return
    reason, detail = body.reason or "", body.detail[:300]
    if body.state in _SETTLED:
        one.become(
            _SETTLED[body.state],
            reason=reason,
            detail=detail,
            silent_ms=body.silent_ms,
            confirmed_at=arrival.received_at if body.state == "confirmed" else None,
        )
    elif one.state in _OVER or (one.state == InstallState.LEFT_OUT and body.state == "failed"):
        return  # a copy that came late, or the end of what nobody waits for
    elif body.state == "installing":
        one.become(InstallState.INSTALLING, reason="", detail="")
    elif reason in PASSING:
        try_again(one, reason, detail)
    else:
        one.become(InstallState.FAILED, reason=reason, detail=detail)
    Box.objects.filter(pk=box.pk).update(changed_at=timezone.now())


def note_refused_order(command_id: str, *, box: Box, detail: str) -> None:
    """The box took the order itself for impossible; its answer begins with the reason's name."""
    one = (
        Installation.objects.select_for_update()
        .filter(command_id=command_id, box=box, state=InstallState.ORDERED)
        .first()
    )
    if one is None:
        return
    reason, _, more = detail.partition(":")
    if reason in PASSING:
        try_again(one, reason, more.strip())
    else:
        one.become(InstallState.FAILED, reason=reason[:64], detail=more.strip()[:300])
