from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.channels.social.actions.save_account import require_keeper
from tiengmo.channels.social.errors import SocialError
from tiengmo.channels.social.models import Account, AccountChange
from tiengmo.channels.social.queries import locked_account
from tiengmo.channels.social.register.events import register_changed

if TYPE_CHECKING:
    from tiengmo.audit.actors import Actor


def verify_account(account: Account, *, by: Actor, reason: str) -> Account:
    """Say that somebody made sure this account is the unit's own: citizens then read "official".

    A commune's is verified by who administers the unit above it, not by the commune itself.
    reason: how it was made sure. Raises NotAllowed, SocialError.
    """
    if not reason.strip():
        raise SocialError(_("Hãy ghi đã xác minh bằng cách nào, theo văn bản nào."))
    with transaction.atomic():
        locked = locked_account(account)
        require_keeper(by, locked.unit.parent or locked.unit)
        if locked.status == Account.Status.RETIRED:
            raise SocialError(_("Tài khoản đã ngừng dùng. Hãy cho dùng lại rồi xác minh."))
        if locked.status == Account.Status.VERIFIED:
            return locked
        locked.status, locked.verified_at = Account.Status.VERIFIED, timezone.now()
        locked.save(update_fields=["status", "verified_at"])
        AccountChange.objects.create(
            account=locked, act=AccountChange.Act.VERIFIED, by_name=str(by), reason=reason.strip()
        )
        record("social.account_verified", by=by, subject=locked, detail={"reason": reason.strip()})
        register_changed.send(Account, account=locked)
    return locked
