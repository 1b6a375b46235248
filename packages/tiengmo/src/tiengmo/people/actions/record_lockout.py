from typing import Any

from tiengmo.audit.actions import record
from tiengmo.audit.actors import SYSTEM
from tiengmo.people.models import User


def record_lockout(*, username: str, ip_address: str, **_signal: Any) -> None:
    """Wrong passwords that lock somebody out are an act worth keeping; whose is not known."""
    account = User.objects.filter(username=username).first()
    record(
        "account.locked_out",
        by=SYSTEM,
        subject=account or str(username)[:150],
        detail={"from_address": ip_address},
    )
