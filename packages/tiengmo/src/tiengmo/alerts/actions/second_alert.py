from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.alerts import rules
from tiengmo.alerts.errors import AlertError
from tiengmo.alerts.workflow import State

from .checks import locked, require_issuer, signer_of
from .issue import issue

if TYPE_CHECKING:
    from tiengmo.alerts.models import Alert
    from tiengmo.people.models import User


def second_alert(alert: Alert, *, by: User, passphrase: str) -> Alert:
    """Sign the very bytes that the composer signed; the loudspeakers speak at once.

    Raises AlertError (the same person, too late), SpeakerError (passphrase, boxes would refuse),
    NotAllowed.
    """
    require_issuer(by, alert.station)
    if alert.composer_id == by.pk:
        raise AlertError(_("Cảnh báo phải do hai người khác nhau ký. Hãy nhờ một người khác."))
    signer = signer_of(by, alert.station, passphrase)
    with transaction.atomic():
        row = locked(alert, to=State.ISSUED)
        if row.state != State.COMPOSED or row.composed_at is None:
            raise AlertError(_("Người soạn chưa ký cảnh báo này."))
        if timezone.now() > row.composed_at + rules.WAITS:
            raise AlertError(
                _("Cảnh báo soạn đã quá 30 phút: hãy xem lại tình hình và soạn bản mới.")
            )
        row.seconder = by
        row.seconder_name = str(by)
        issue(row, by=by, second=signer)
    return row
