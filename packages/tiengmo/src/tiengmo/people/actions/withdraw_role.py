from django.db import transaction

from tiengmo.audit.actions import record
from tiengmo.audit.actors import Actor
from tiengmo.people.actions._manage import (
    require_administering,
    require_managing,
    require_not_self,
)
from tiengmo.people.models import RoleAssignment


@transaction.atomic
def withdraw_role(assignment: RoleAssignment, *, by: Actor) -> None:
    """Take the role away; it ends with the next thing the person tries."""
    require_administering(by, assignment.unit)
    require_managing(by, assignment.user)
    require_not_self(by, assignment.user)
    detail = {"role": assignment.role, "unit": assignment.unit.code}
    assignment.delete()
    record("role.withdrawn", by=by, subject=assignment.user, detail=detail)
