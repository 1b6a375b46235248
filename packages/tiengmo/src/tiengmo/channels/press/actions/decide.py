from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.channels.press.actions.ask_for_accreditation import checked
from tiengmo.channels.press.errors import PressError
from tiengmo.channels.press.models import Journalist, Letter
from tiengmo.channels.press.posting import post_soon
from tiengmo.channels.press.rights import require_approver
from tiengmo.channels.press.rules import is_fitting_end
from tiengmo.channels.press.sealing import ADDRESSES
from tiengmo.foundation.vietnamese import nfc

if TYPE_CHECKING:
    from datetime import date

    from tiengmo.audit.actors import Actor
    from tiengmo.channels.press.models import Outlet


def accredit(journalist: Journalist, *, outlet: Outlet, until: date, by: Actor) -> Journalist:
    """Let a journalist read what is under embargo, until the end of this day; again: extend it.

    Raises NotAllowed, PressError: a day in the past or more than two years away.
    """
    require_approver(by)
    if not is_fitting_end(until, timezone.localdate()):
        raise PressError(_("Hạn phải từ hôm nay và không quá hai năm."))
    with transaction.atomic():
        row = Journalist.objects.select_for_update().get(pk=journalist.pk)
        was_accredited = row.is_accredited_on(timezone.localdate())
        row.state = Journalist.State.ACCREDITED
        row.outlet = outlet
        row.accredited_until = until
        row.decided_at = timezone.now()
        row.decided_by_name = str(by)
        row.reason = ""
        row.save()
        record(
            "journalist.accredited",
            by=by,
            subject=f"journalist {row.pk}",
            detail={"outlet": outlet.name, "until": until.isoformat()},
        )
        if not was_accredited:
            Letter.objects.create(journalist=row, kind=Letter.Kind.ACCREDITED)
            post_soon()
    return row


def register_journalist(
    *, full_name: str, card_number: str, address: str, outlet: Outlet, until: date, by: Actor
) -> Journalist:
    """Accredit somebody who gave their card to the press office. Raises NotAllowed, PressError."""
    require_approver(by)
    given = checked(full_name, outlet.name, card_number, address)
    address = given.pop("address")
    with transaction.atomic():
        if Journalist.objects.filter(address_hash=ADDRESSES.hash_of(address)).exists():
            raise PressError(_("Địa chỉ thư này đã có trong danh sách."))
        journalist = Journalist.objects.create(
            **given,
            sealed_address=ADDRESSES.seal(address),
            address_hash=ADDRESSES.hash_of(address),
        )
        return accredit(journalist, outlet=outlet, until=until, by=by)


def refuse(journalist: Journalist, *, reason: str, by: Actor) -> None:
    """Say no to a request. Raises NotAllowed, PressError without a reason."""
    _end(journalist, Journalist.State.REFUSED, reason=reason, by=by)


def end_accreditation(journalist: Journalist, *, reason: str, by: Actor) -> None:
    """Let a journalist in no longer, from this moment. Raises NotAllowed, PressError."""
    _end(journalist, Journalist.State.ENDED, reason=reason, by=by)


def _end(journalist: Journalist, state: str, *, reason: str, by: Actor) -> None:
    require_approver(by)
    reason = " ".join(nfc(reason).split())[:300]
    if not reason:
        raise PressError(_("Hãy ghi lý do."))
    with transaction.atomic():
        row = Journalist.objects.select_for_update().get(pk=journalist.pk)
        row.state = state
        row.reason = reason
        row.decided_at = timezone.now()
        row.decided_by_name = str(by)
        row.save()
        row.sessions.all().delete()
        row.keys.all().delete()
        record(f"journalist.{state}", by=by, subject=f"journalist {row.pk}")
