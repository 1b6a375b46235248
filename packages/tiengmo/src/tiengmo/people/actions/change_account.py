from typing import TYPE_CHECKING

from django.db import transaction

from tiengmo.audit.actions import record
from tiengmo.audit.actors import Actor
from tiengmo.people.actions._manage import require_administering, require_managing
from tiengmo.people.models import User

if TYPE_CHECKING:
    from tiengmo.places.models import Unit


@transaction.atomic
def change_account(
    account: User, *, full_name: str, email: str, unit: "Unit | None", by: Actor
) -> None:
    """Correct the name, e-mail or unit of an account."""
    account = User.objects.select_for_update().get(pk=account.pk)
    require_managing(by, account)
    if unit is not None and unit.pk != account.unit_id:
        require_administering(by, unit)
    before = {"full_name": account.full_name, "unit": account.unit.code if account.unit else None}
    after = {"full_name": full_name, "unit": unit.code if unit else None}
    is_email_changed = account.email != email
    if before == after and not is_email_changed:
        return
    account.full_name, account.email, account.unit = full_name, email, unit
    account.save(update_fields=["full_name", "email", "unit"])
    # The address itself is personal and no part of the record.
    record(
        "account.changed",
        by=by,
        subject=account,
        detail={"from": before, "to": after, "email_changed": is_email_changed},
    )
