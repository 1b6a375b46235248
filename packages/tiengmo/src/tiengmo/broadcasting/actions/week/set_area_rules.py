from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from tiengmo.outbox.actions import announce
from tiengmo.people.actions import require_role
from tiengmo.people.models import Role, User

from .common import follow_up

if TYPE_CHECKING:
    from tiengmo.audit.actors import Actor
    from tiengmo.broadcasting.models import AreaRules


def set_area_rules(rules: AreaRules, *, by: Actor) -> AreaRules:
    """Set what may sound in a unit and below it, and have every box there told.

    What was planned into hours that are quiet now is planned anew. Raises NotAllowed.
    """
    if isinstance(by, User):
        require_role(by, Role.OPERATOR, rules.unit)
    with transaction.atomic():
        rules.save()
        # Each box's assignment is signed apart: the worker's work, not the person's wait.
        announce(
            "broadcasting.tell_boxes",
            {"unit": rules.unit.pk},
            key=f"broadcasting.tell_boxes:{rules.unit.pk}",
        )
        follow_up(
            "area_rules_set",
            by=by,
            station=rules.unit,
            subject=rules.unit,
            detail={
                "quiet_hours": rules.quiet_hours,
                "sessions_per_day": rules.sessions_per_day,
                "session_minutes": rules.session_minutes,
                "gap_minutes": rules.gap_minutes,
            },
        )
    return rules
