from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from tiengmo.people.errors import NeedsSecondFactor, NotAllowed
from tiengmo.people.models import Role, User
from tiengmo.people.queries import has_role, must_show_second_factor
from tiengmo.people.rules import ROLES_WITH_SECOND_FACTOR

if TYPE_CHECKING:
    from tiengmo.places.models import Unit


def require_role(user: User, role: str, unit: "Unit | None") -> None:
    """Let the act go on, or raise NotAllowed with a text for the person.

    The role must be held in `unit` or above it. For roles that put sound on air or administer, the
    sign-in must also have shown its second factor. Code that acts for a person outside a request
    (a task that checks again) passes an account without a session: there the second factor was
    shown when the act was begun, and is not asked for again.
    """
    if not user.is_active:
        raise NotAllowed(_("Tài khoản của bạn đã bị khoá. Hãy liên hệ quản trị viên."))
    if not has_role(user, role, unit):
        where = unit.name if unit is not None else _("đơn vị này")
        raise NotAllowed(
            _(
                "Việc này cần vai trò “%(role)s” tại %(unit)s hoặc đơn vị cấp trên. "
                "Hãy liên hệ quản trị viên của đơn vị để được giao vai trò."
            )
            % {"role": Role(role).label, "unit": where}
        )
    is_verified = getattr(user, "is_verified", None)  # set by django-otp's middleware
    if (
        Role(role) in ROLES_WITH_SECOND_FACTOR
        and is_verified is not None
        and not is_verified()
        and must_show_second_factor(user)
    ):
        raise NeedsSecondFactor(
            _("Việc này cần xác thực hai lớp. Hãy nhập mã từ ứng dụng xác thực rồi làm lại.")
        )


def why_not_administer(by: User, unit: "Unit") -> str:
    """Say why `by` may not administer `unit`, in words for them; "" when they may (for places)."""
    try:
        require_role(by, Role.ADMINISTRATOR, unit)
    except NotAllowed as error:
        return str(error)
    return ""
