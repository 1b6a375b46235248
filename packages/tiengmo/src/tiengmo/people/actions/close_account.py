from django.db import transaction

from tiengmo.audit.actions import record
from tiengmo.audit.actors import Actor
from tiengmo.people.actions._manage import require_managing, require_not_self
from tiengmo.people.models import User


@transaction.atomic
def close_account(account: User, *, by: Actor, reopen: bool = False) -> None:
    """Close an account (its sessions end at once), or open it again. Nothing is deleted."""
    account = User.objects.select_for_update().get(pk=account.pk)
    require_managing(by, account)
    require_not_self(by, account)
    if account.is_active is reopen:
        return
    account.is_active = reopen
    account.save(update_fields=["is_active"])
    record("account.reopened" if reopen else "account.closed", by=by, subject=account)
