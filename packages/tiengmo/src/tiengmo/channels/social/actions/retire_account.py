from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.channels.social.actions.save_account import require_keeper
from tiengmo.channels.social.errors import SocialError
from tiengmo.channels.social.models import Account, AccountChange, Connection
from tiengmo.channels.social.queries import locked_account
from tiengmo.channels.social.register.events import register_changed

if TYPE_CHECKING:
    from tiengmo.audit.actors import Actor


def retire_account(account: Account, *, by: Actor, reason: str) -> Account:
    """Say that the unit does not use this account any more; its credentials are erased.

    Citizens who look it up read that it is no longer official, since when and why.
    Raises NotAllowed, SocialError without a reason.
    """
    if not reason.strip():
        raise SocialError(_("Hãy ghi lý do ngừng dùng: bà con tra cứu sẽ đọc được."))
    with transaction.atomic():
        locked = locked_account(account)
        require_keeper(by, locked.unit)
        if locked.status == Account.Status.RETIRED:
            return locked
        locked.status, locked.retired_at = Account.Status.RETIRED, timezone.now()
        locked.retired_reason = reason.strip()[:300]
        locked.save(update_fields=["status", "retired_at", "retired_reason"])
        # Not the row: posts that are out there may still have to be taken down, by hand then.
        Connection.objects.filter(account=locked).update(is_used=False, sealed_credentials="")
        AccountChange.objects.create(
            account=locked, act=AccountChange.Act.RETIRED, by_name=str(by), reason=reason.strip()
        )
        record("social.account_retired", by=by, subject=locked, detail={"reason": reason.strip()})
        register_changed.send(Account, account=locked)
    return locked


def reinstate_account(account: Account, *, by: Actor, reason: str) -> Account:
    """Use a retired account again, once verified anew. Raises NotAllowed, SocialError."""
    if not reason.strip():
        raise SocialError(_("Hãy ghi lý do dùng lại."))
    with transaction.atomic():
        locked = locked_account(account)
        require_keeper(by, locked.unit)
        if locked.status != Account.Status.RETIRED:
            return locked
        locked.status, locked.retired_at = Account.Status.REGISTERED, None
        locked.retired_reason, locked.verified_at = "", None
        locked.save(update_fields=["status", "retired_at", "retired_reason", "verified_at"])
        AccountChange.objects.create(
            account=locked, act=AccountChange.Act.REINSTATED, by_name=str(by), reason=reason.strip()
        )
        record(
            "social.account_reinstated", by=by, subject=locked, detail={"reason": reason.strip()}
        )
        register_changed.send(Account, account=locked)
    return locked
