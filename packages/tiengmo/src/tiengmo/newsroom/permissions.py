"""Who may do what to a bulletin: people's roles, never Django's model permissions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from wagtail.permission_policies.base import BasePermissionPolicy

from tiengmo.people.actions import require_role
from tiengmo.people.errors import NotAllowed
from tiengmo.people.models import Role, User
from tiengmo.people.queries import has_role, line_of, roles_of

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from tiengmo.places.models import Unit

    from .models import Bulletin


def standing(unit: Unit) -> Unit:
    """The unit, or the one that took it over: what is under way goes on with the successor."""
    today = timezone.localdate()
    while unit.valid_to is not None and unit.valid_to < today:
        succession = unit.successions.filter(on__lte=today).select_related("successor").first()
        if succession is None:
            break
        unit = succession.successor
    return unit


def unit_of_author(user: User) -> Unit | None:
    """The unit a person writes for: their own if they are an editor there, else where they are."""
    if has_role(user, Role.EDITOR, user.unit):
        return user.unit
    assignment = user.assignments.filter(role=Role.EDITOR).select_related("unit").first()
    return assignment.unit if assignment else None


def may_edit(user: User, bulletin: Bulletin) -> bool:
    return has_role(user, Role.EDITOR, standing(bulletin.unit))


def may_read(user: User, bulletin: Bulletin) -> bool:
    """Editors and approvers on the bulletin's line of units, and whoever its review asks for."""
    held = set(
        user.assignments.filter(role__in=[Role.EDITOR, Role.APPROVER]).values_list(
            "unit_id", flat=True
        )
    )
    if held & {unit.pk for unit in line_of(standing(bulletin.unit))}:
        return True
    task = bulletin.current_workflow_task
    return task is not None and task.unit_id in held


def require_withdrawer(user: User, bulletin: Bulletin, containing: Unit | None) -> None:
    """An approver of the author's unit, of the unit that contains the audience, or above."""
    own = standing(bulletin.unit)
    try:
        require_role(user, Role.APPROVER, own)
    except NotAllowed:
        if containing is None or containing == own:
            raise
        require_role(user, Role.APPROVER, containing)


class BulletinPermissionPolicy(BasePermissionPolicy):
    """Wagtail's questions about bulletins, answered from people's roles.

    `publish` is never granted: the only way out is `actions.clear_bulletin`.
    """

    def user_has_permission(self, user: User, action: str) -> bool:
        roles = roles_of(user) if user.is_active else frozenset()
        if action == "view":
            return bool({Role.EDITOR, Role.APPROVER} & roles)
        return action in ("add", "change", "delete", "lock", "unlock") and Role.EDITOR in roles

    def user_has_permission_for_instance(self, user: User, action: str, instance: Bulletin) -> bool:
        if action == "view":
            return may_read(user, instance)
        if action == "delete":
            # What was once cleared is a record; only a draft nobody cleared may be thrown away.
            return may_edit(user, instance) and instance.first_published_at is None
        return action in ("change", "lock", "unlock") and may_edit(user, instance)

    def users_with_any_permission(self, actions: list[str]) -> QuerySet[User]:
        roles = [Role.EDITOR, Role.APPROVER] if "view" in actions else [Role.EDITOR]
        return User.objects.filter(is_active=True, assignments__role__in=roles).distinct()

    def users_with_any_permission_for_instance(
        self,
        actions: list[str],
        instance: Bulletin,  # noqa: ARG002
    ) -> QuerySet[User]:
        return self.users_with_any_permission(actions)

    def instances_user_has_any_permission_for(
        self,
        user: User,
        actions: list[str],  # noqa: ARG002
    ) -> QuerySet[Bulletin]:
        from .queries import bulletins_for

        return bulletins_for(user)
