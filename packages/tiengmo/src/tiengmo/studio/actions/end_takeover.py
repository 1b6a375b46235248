from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from tiengmo.audit.actions import record
from tiengmo.outbox.actions import announce
from tiengmo.people.actions import require_role
from tiengmo.people.models import Role, User
from tiengmo.speakers.gateway.database import wake_gateway
from tiengmo.studio.models import EmergencyVoice, EndReason, LiveTakeover
from tiengmo.studio.rules import FINISH_GRACE
from tiengmo.studio.workflow import TakeoverState, after

if TYPE_CHECKING:
    from tiengmo.audit.actors import Actor


def _is_one_of_two(user: User, held: LiveTakeover) -> bool:
    """Who speaks, and who let them speak over everything."""
    is_seconder = EmergencyVoice.objects.filter(takeover=held, seconder=user).exists()
    return user.pk == held.by_id or is_seconder


def end_takeover(
    takeover: LiveTakeover, *, by: Actor, reason: EndReason = EndReason.STOPPED
) -> LiveTakeover:
    """Let a takeover come to its end: the end tone, then back to the schedule.

    The playout process plays what it has and finishes; without one, the worker finishes for it.
    Ending what is ending or over already is no error.

    Raises:
        NotAllowed.
    """
    with transaction.atomic():
        held = (
            LiveTakeover.objects.select_for_update().select_related("station").get(pk=takeover.pk)
        )
        if isinstance(by, User) and not _is_one_of_two(by, held):
            require_role(by, Role.OPERATOR, held.station)
        if held.state in {TakeoverState.ENDING, TakeoverState.ENDED}:
            return held
        now = timezone.now()
        held.state = after(held.state, "end")
        held.state_at = now
        held.end_reason = reason
        held.ended_by_name = by.get_full_name() if isinstance(by, User) else ""
        held.save(update_fields=["state", "state_at", "end_reason", "ended_by_name"])
        record("studio.ended", by=by, subject=held, detail={"reason": reason})
        announce("studio.finish", {"takeover": held.pk}, due_at=now + FINISH_GRACE)
        wake_gateway()
    return held
