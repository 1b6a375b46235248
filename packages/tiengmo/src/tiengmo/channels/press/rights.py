"""Who works with the press: editors of the locality; who may let somebody in: its approvers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiengmo.audit import SYSTEM
from tiengmo.channels.press.queries import press_office
from tiengmo.people.actions import require_role
from tiengmo.people.models import Role, User
from tiengmo.people.queries import has_role

if TYPE_CHECKING:
    from tiengmo.audit.actors import Actor

WORKS = (Role.EDITOR, Role.APPROVER)


def require_worker(by: Actor) -> None:
    """Raises NotAllowed."""
    if by is SYSTEM:
        return
    office = press_office()
    if isinstance(by, User) and has_role(by, Role.APPROVER, office):
        require_role(by, Role.APPROVER, office)
        return
    require_role(by, Role.EDITOR, office)  # type: ignore[arg-type]


def require_approver(by: Actor) -> None:
    """Letting somebody read what is not public yet is a decision. Raises NotAllowed."""
    if by is not SYSTEM:
        require_role(by, Role.APPROVER, press_office())  # type: ignore[arg-type]


def works_with_press(user: User) -> bool:
    office = press_office()
    return user.is_superuser or any(has_role(user, role, office) for role in WORKS)


def may_accredit(user: User) -> bool:
    return has_role(user, Role.APPROVER, press_office())
