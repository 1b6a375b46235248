from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.audit.actors import SYSTEM
from tiengmo.channels.press.errors import PressError
from tiengmo.channels.press.models import Journalist
from tiengmo.channels.press.sealing import ADDRESSES
from tiengmo.foundation.vietnamese import nfc

LONGEST_ADDRESS = 254
LONGEST = {"full_name": 150, "outlet_stated": 200, "card_number": 40}


def checked(full_name: str, outlet: str, card_number: str, address: str) -> dict[str, str]:
    """These as they are kept. Raises PressError."""
    words = {
        "full_name": " ".join(nfc(full_name).split()),
        "outlet_stated": " ".join(nfc(outlet).split()),
        "card_number": " ".join(nfc(card_number).split()),
    }
    if not all(words.values()):
        raise PressError(_("Hãy ghi đủ họ tên, cơ quan báo chí và số thẻ nhà báo."))
    for name, value in words.items():
        if len(value) > LONGEST[name]:
            raise PressError(_("“%(start)s…” dài quá.") % {"start": value[:20]})
    address = address.strip()
    try:
        validate_email(address)
    except ValidationError:
        raise PressError(_("Địa chỉ thư điện tử chưa đúng.")) from None
    if len(address) > LONGEST_ADDRESS:
        raise PressError(_("Địa chỉ thư điện tử chưa đúng."))
    return words | {"address": address}


def ask_for_accreditation(*, full_name: str, outlet: str, card_number: str, address: str) -> None:
    """Note a journalist's request for the press office. Who has an accreditation keeps it as it is:
    the page says the same to everybody, so that nobody learns who has one.

    Raises PressError: something is missing.
    """
    given = checked(full_name, outlet, card_number, address)
    address = given.pop("address")
    with transaction.atomic():
        known = (
            Journalist.objects.select_for_update()
            .filter(address_hash=ADDRESSES.hash_of(address))
            .first()
        )
        if known is not None and known.state in (
            Journalist.State.ASKED,
            Journalist.State.ACCREDITED,
        ):
            return
        journalist = known or Journalist(address_hash=ADDRESSES.hash_of(address))
        for name, value in given.items():
            setattr(journalist, name, value)
        journalist.sealed_address = ADDRESSES.seal(address)
        journalist.state = Journalist.State.ASKED
        journalist.asked_at = timezone.now()
        journalist.accredited_until = journalist.decided_at = None
        journalist.decided_by_name = journalist.reason = ""
        journalist.save()
        # By number, not by name: the name is erased with the row, the chain stays.
        record("journalist.asked", by=SYSTEM, subject=f"journalist {journalist.pk}")
