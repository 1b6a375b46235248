from typing import TYPE_CHECKING

from axes.helpers import get_cool_off
from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from .models import Role, RoleAssignment, User
from .rules import needs_second_factor

if TYPE_CHECKING:
    from tiengmo.places.models import Unit


def line_of(unit: "Unit | None") -> list["Unit"]:
    """The unit and everything above it, nearest first."""
    line: list[Unit] = []
    # A parent that points back below (bad data) must not hang a page.
    while unit is not None and unit not in line:
        line.append(unit)
        unit = unit.parent
    return line


def holders_of(role: str, unit: "Unit") -> QuerySet[User]:
    """Active people who hold `role` exactly in `unit`."""
    return (
        User.objects.filter(is_active=True, assignments__role=role, assignments__unit=unit)
        .distinct()
        .order_by("full_name", "username")
    )


def has_role(user: User | None, role: str, unit: "Unit | None") -> bool:
    """Does `user` hold `role` in `unit` or in a unit above it?"""
    if unit is None or user is None or user.pk is None or not user.is_active:
        return False
    held = set(user.assignments.filter(role=role).values_list("unit_id", flat=True))
    return bool(held) and any(above.pk in held for above in line_of(unit))


def works_somewhere(user: object) -> bool:
    """Does this person hold any role anywhere? Asked of the database once a request."""
    return isinstance(user, User) and (user.is_superuser or bool(roles_of_request(user)))


def roles_of_request(user: User) -> frozenset[str]:
    """`roles_of`, asked of the database once for this object: for menus, not for rights."""
    known: frozenset[str] | None = user.__dict__.get("_roles_of_request")
    if known is None:
        known = roles_of(user)
        user.__dict__["_roles_of_request"] = known
    return known


def units_where(user: User, role: str) -> QuerySet["Unit"]:
    """The units to which `role` was given to `user` (its authority reaches everything below)."""
    from tiengmo.places.models import Unit

    if user.pk is None or not user.is_active:
        return Unit.objects.none()
    return Unit.objects.filter(assignments__user=user, assignments__role=role).distinct()


def roles_of(user: User) -> frozenset[str]:
    """Every role the person holds, wherever."""
    if user.pk is None or not user.is_active:
        return frozenset()
    return frozenset(
        RoleAssignment.objects.filter(user=user).values_list("role", flat=True).distinct()
    )


def chosen_language(user: object) -> str:
    """The language of the staff interface chosen in the account; "" where nobody chose."""
    profile = getattr(user, "wagtail_userprofile", None)
    chosen: str = profile.preferred_language if profile is not None else ""
    return chosen if chosen in dict(settings.LANGUAGES) else ""


def must_show_second_factor(user: User) -> bool:
    """Must this person show a second factor (whether or not they already have)?"""
    return needs_second_factor(user, roles_of(user), is_demo=settings.IS_DEMO)


def is_staff_signed_in(user: object) -> bool:
    """May this person see what staff see: signed in, active, and with every factor they need?"""
    return (
        isinstance(user, User)
        and user.is_active
        and user.has_perm("wagtailadmin.access_admin")
        and (user.is_verified() or not must_show_second_factor(user))  # type: ignore[attr-defined]
    )


def units_below(units: "QuerySet[Unit] | list[Unit]") -> set[int]:
    """Ids of the units and of every unit under them, at any depth."""
    from tiengmo.places.models import Unit

    found: set[int] = set()
    level = {unit.pk for unit in units}
    while level - found:
        found |= level
        level = set(Unit.objects.filter(parent__in=level).values_list("pk", flat=True))
    return found


def administered_units(user: User) -> QuerySet["Unit"]:
    """Units whose accounts `user` may manage: where they administer, and everything below."""
    from tiengmo.places.models import Unit

    if user.is_superuser and user.is_active:
        return Unit.objects.all()
    return Unit.objects.filter(pk__in=units_below(units_where(user, Role.ADMINISTRATOR)))


def may_manage(by: User, account: User) -> bool:
    """May `by` manage `account`: is everything that account is and can inside what they administer?

    Otherwise a commune's administrator could take over a province's account with a password link.
    """
    if not by.is_active:
        return False
    if by.is_superuser:
        return True
    if account.is_superuser:
        return False
    administered = units_below(units_where(by, Role.ADMINISTRATOR))
    touched = {assignment.unit_id for assignment in account.assignments.all()}
    if account.unit_id is not None:
        touched.add(account.unit_id)
    return bool(touched) and touched <= administered


def accounts_in_reach(by: User) -> QuerySet[User]:
    """Accounts that `by` may see on the accounts page: those of their units, and below."""
    accounts = User.objects.select_related("unit").prefetch_related("assignments__unit")
    if by.is_superuser:
        return accounts.order_by("full_name", "username")
    administered = units_below(units_where(by, Role.ADMINISTRATOR))
    return (
        accounts.filter(Q(unit__in=administered) | Q(assignments__unit__in=administered))
        .distinct()
        .order_by("full_name", "username")
    )


def is_sign_in_locked(account: User) -> bool:
    """Is the person kept out, from some address, by too many wrong passwords just now?"""
    from axes.models import AccessAttempt

    attempts = AccessAttempt.objects.filter(
        username=account.get_username(), failures_since_start__gte=settings.AXES_FAILURE_LIMIT
    )
    cool_off = get_cool_off()
    if cool_off is not None:
        attempts = attempts.filter(attempt_time__gt=timezone.now() - cool_off)
    return bool(attempts.exists())
