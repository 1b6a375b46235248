from axes.utils import reset
from django.db import transaction

from tiengmo.audit.actions import record
from tiengmo.audit.actors import Actor
from tiengmo.people.actions._manage import require_managing
from tiengmo.people.models import User


@transaction.atomic
def unlock_sign_in(account: User, *, by: Actor) -> int:
    """Let the person try again at once after too many wrong passwords; how many were forgotten."""
    require_managing(by, account)
    count = int(reset(username=account.get_username()) or 0)
    record("account.unlocked", by=by, subject=account, detail={"attempts": count})
    return count
