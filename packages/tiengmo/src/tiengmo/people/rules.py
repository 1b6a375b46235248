"""Who needs what to act: pure functions."""

from typing import Protocol

from .models import Role

# Whoever can put sound on air or administer shows a second factor (issue: people, audit).
ROLES_WITH_SECOND_FACTOR = frozenset(
    {Role.APPROVER, Role.OPERATOR, Role.TECHNICIAN, Role.ADMINISTRATOR}
)


class Account(Protocol):
    is_superuser: bool
    is_demo_account: bool


def needs_second_factor(account: Account, roles: frozenset[str], *, is_demo: bool) -> bool:
    """Must `account`, holding `roles` anywhere, show a second factor before it acts?

    The demo's own accounts need none, and only in an installation that says it is a demo.
    """
    if account.is_demo_account and is_demo:
        return False
    return account.is_superuser or bool(ROLES_WITH_SECOND_FACTOR & roles)
