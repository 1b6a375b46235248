from typing import TYPE_CHECKING

from django.db import transaction

from tiengmo.audit.actions import record
from tiengmo.audit.actors import Actor
from tiengmo.people.actions._manage import (
    require_administering,
    require_managing,
    require_not_self,
)
from tiengmo.people.models import Role, RoleAssignment, User

if TYPE_CHECKING:
    from tiengmo.places.models import Unit


@transaction.atomic
def assign_role(account: User, role: str, unit: "Unit", *, by: Actor) -> RoleAssignment:
    """Give `account` the role in `unit` and below; giving it twice is one assignment."""
    require_administering(by, unit)
    require_managing(by, account)
    require_not_self(by, account)
    assignment, is_new = RoleAssignment.objects.get_or_create(
        user=account, role=Role(role).value, unit=unit
    )
    if is_new:
        record("role.assigned", by=by, subject=account, detail={"role": role, "unit": unit.code})
    return assignment
