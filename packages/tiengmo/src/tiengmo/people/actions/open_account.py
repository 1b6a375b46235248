from typing import TYPE_CHECKING

from django.db import transaction

from tiengmo.audit.actions import record
from tiengmo.audit.actors import Actor
from tiengmo.people.actions._manage import require_administering
from tiengmo.people.models import User

if TYPE_CHECKING:
    from tiengmo.places.models import Unit


@transaction.atomic
def open_account(
    *, username: str, full_name: str, unit: "Unit", by: Actor, email: str = ""
) -> User:
    """A new account without a password: its owner sets one through `make_password_link`."""
    require_administering(by, unit)
    user = User(username=username, full_name=full_name, email=email, unit=unit)
    user.set_unusable_password()
    user.full_clean(exclude=["password"])
    user.save()
    record("account.opened", by=by, subject=user, detail={"username": username, "unit": unit.code})
    return user
