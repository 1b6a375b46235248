from django.db import transaction
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from tiengmo.audit.actions import record
from tiengmo.audit.actors import Actor
from tiengmo.people.actions._manage import require_managing, require_not_self
from tiengmo.people.models import User


@transaction.atomic
def reset_second_factor(account: User, *, by: Actor, reason: str) -> None:
    """Forget a lost phone: the person enrols a new one at the next sign-in.

    Sessions that showed the old factor are unverified from now on (the device they name is gone).
    """
    require_managing(by, account)
    require_not_self(by, account)
    count, _ = TOTPDevice.objects.filter(user=account).delete()
    # Codes on paper may lie where the phone was lost.
    StaticDevice.objects.filter(user=account).delete()
    record(
        "second_factor.reset", by=by, subject=account, detail={"devices": count, "reason": reason}
    )
