from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.people.actions import require_role
from tiengmo.people.models import Role
from tiengmo.reach.errors import ReachError
from tiengmo.reach.models import Goal

if TYPE_CHECKING:
    from tiengmo.people.models import User
    from tiengmo.places.models import Unit


def set_goal(unit: Unit, *, by: User, villages_percent: int, on_time_percent: int) -> Goal:
    """Say what a unit wants of its reach. Raises NotAllowed, ReachError (not a percentage)."""
    require_role(by, Role.APPROVER, unit)
    if not (0 <= villages_percent <= 100 and 0 <= on_time_percent <= 100):  # noqa: PLR2004
        raise ReachError(_("Chỉ tiêu từ 0 đến 100 phần trăm."))
    with transaction.atomic():
        goal, _is_new = Goal.objects.update_or_create(
            unit=unit,
            defaults={
                "villages_percent": villages_percent,
                "on_time_percent": on_time_percent,
                "set_by_name": str(by),
                "set_at": timezone.now(),
            },
        )
        record(
            "reach.goal_set",
            by=by,
            subject=goal,
            detail={"unit": unit.code, "villages": villages_percent, "in_time": on_time_percent},
        )
    return goal
