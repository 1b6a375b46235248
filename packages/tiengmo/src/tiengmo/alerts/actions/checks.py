"""What every act on an alert asks first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from tiengmo.alerts.errors import AlertError, ChangedMeanwhile
from tiengmo.alerts.models import Alert
from tiengmo.alerts.workflow import State, may_move
from tiengmo.people.actions import require_role
from tiengmo.people.errors import NotAllowed
from tiengmo.people.models import Role, User
from tiengmo.places.queries import top_units
from tiengmo.speakers.issuers import certified_key, unlock

if TYPE_CHECKING:
    from speaker_link.envelope import Signer

    from tiengmo.places.models import Unit


def require_issuer(user: User, unit: Unit) -> None:
    """An approver or operator of the station's unit or above. Raises NotAllowed."""
    try:
        require_role(user, Role.APPROVER, unit)
    except NotAllowed as error:
        try:
            require_role(user, Role.OPERATOR, unit)
        except NotAllowed:
            raise error from None


def require_at_the_top(user: User, *roles: Role) -> None:
    """One of these roles for the whole locality: what is kept once for everybody needs it.

    Raises NotAllowed.
    """
    for top in top_units():
        refusals = []
        for role in roles:
            try:
                require_role(user, role, top)
            except NotAllowed as error:
                refusals.append(error)
        if len(refusals) == len(roles):
            raise refusals[0]


def signer_of(user: User, unit: Unit, passphrase: str) -> Signer:
    """Open the person's own key for one signature.

    Raises AlertError (no key for this station), SpeakerError (wrong passphrase).
    """
    key = certified_key(user, unit)
    if key is None:
        raise AlertError(
            _(
                "Bạn chưa có khoá ký cảnh báo còn hiệu lực cho %(unit)s. Hãy mở “Khoá ký của tôi” "
                "để tạo khoá, rồi nhờ quản trị viên chứng nhận."
            )
            % {"unit": unit}
        )
    return unlock(key, passphrase)


def locked(alert: Alert, *, to: State) -> Alert:
    """The alert's row under a lock, if it may still move there; call inside a transaction."""
    row = Alert.objects.select_for_update(of=("self",)).select_related("station").get(pk=alert.pk)
    if not may_move(row.state, to):
        raise ChangedMeanwhile(
            _("Cảnh báo này hiện ở trạng thái “%(state)s”: việc này không làm được nữa.")
            % {"state": row.get_state_display()}
        )
    return row
