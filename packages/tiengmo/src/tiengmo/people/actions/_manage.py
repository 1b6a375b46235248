from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from tiengmo.audit.actors import Actor, Process
from tiengmo.people.actions.require_role import require_role
from tiengmo.people.errors import NotAllowed
from tiengmo.people.models import Role, User
from tiengmo.people.queries import may_manage

if TYPE_CHECKING:
    from tiengmo.places.models import Unit


def require_managing(by: Actor, account: User) -> None:
    """`by` may manage `account`, or NotAllowed. A process (the command line) may manage anyone."""
    if isinstance(by, Process):
        return
    if not isinstance(by, User) or not may_manage(by, account):
        raise NotAllowed(
            _(
                "Tài khoản “%(name)s” có vai trò ngoài phạm vi bạn quản trị. "
                "Hãy nhờ quản trị viên của đơn vị cấp trên."
            )
            % {"name": account}
        )
    if account.unit is not None and not by.is_superuser:
        require_role(by, Role.ADMINISTRATOR, account.unit)


def require_not_self(by: Actor, account: User) -> None:
    """Nobody raises their own rights or drops their own second factor through the pages."""
    if isinstance(by, User) and by.pk == account.pk and not by.is_superuser:
        raise NotAllowed(
            _("Bạn không thể tự làm việc này cho tài khoản của mình. Hãy nhờ quản trị viên khác.")
        )


def require_administering(by: Actor, unit: "Unit") -> None:
    if isinstance(by, Process) or (isinstance(by, User) and by.is_superuser and by.is_active):
        return
    if not isinstance(by, User):
        raise NotAllowed(_("Việc này cần một quản trị viên."))
    require_role(by, Role.ADMINISTRATOR, unit)
