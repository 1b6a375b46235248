from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.channels.screens.beats import beat
from tiengmo.channels.screens.errors import ScreenError
from tiengmo.channels.screens.models import Screen
from tiengmo.people.actions import require_role
from tiengmo.people.models import Role, User

if TYPE_CHECKING:
    from tiengmo.audit.actors import Actor


def revoke_screen(screen: Screen, *, by: Actor, reason: str) -> Screen:
    """Take a lost, stolen or broken screen out of use: its token is worth nothing from now on.

    At its next contact the player erases what it holds. One that never comes back shows what it
    has until each item's own end, three days at the most. Raises NotAllowed; ScreenError without a
    reason. A second time changes nothing.
    """
    if isinstance(by, User):
        require_role(by, Role.TECHNICIAN, screen.unit)
    if not reason.strip():
        raise ScreenError(_("Hãy ghi lý do thu hồi màn hình."))
    with transaction.atomic():
        locked = Screen.objects.select_for_update().get(pk=screen.pk)
        if locked.revoked_at is not None:
            return locked
        locked.revoked_at = timezone.now()
        locked.revoked_reason = reason.strip()[:300]
        locked.save(update_fields=["revoked_at", "revoked_reason"])
        locked.codes.filter(used_at=None).delete()
        beat([locked.unit_id])
        record("screens.revoked", by=by, subject=locked, detail={"reason": locked.revoked_reason})
    return locked
