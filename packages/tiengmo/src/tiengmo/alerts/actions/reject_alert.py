from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.alerts.errors import AlertError
from tiengmo.alerts.models import Alert
from tiengmo.alerts.workflow import State
from tiengmo.audit.actions import record
from tiengmo.audit.actors import SYSTEM

from .checks import locked, require_issuer

if TYPE_CHECKING:
    from tiengmo.audit.actors import Actor
    from tiengmo.people.models import User


def reject_alert(alert: Alert, *, by: User, reason: str) -> Alert:
    """Throw away an alert that did not go out: either person thinks better of it.

    Raises AlertError (no reason, already out), NotAllowed.
    """
    require_issuer(by, alert.station)
    if not reason.strip():
        raise AlertError(_("Hãy ghi lý do không phát."))
    return _reject(alert, by=by, reason=reason.strip())


def lapse_alert(alert: Alert) -> None:
    """Throw away an alert that nobody seconded in time; what it says may be true no more."""
    if Alert.objects.filter(pk=alert.pk, state=State.COMPOSED).exists():
        _reject(alert, by=SYSTEM, reason="Quá 30 phút không có người thứ hai ký.")


def _reject(alert: Alert, *, by: Actor, reason: str) -> Alert:
    with transaction.atomic():
        row = locked(alert, to=State.REJECTED)
        row.state = State.REJECTED
        row.rejection_reason = reason[:500]
        row.ended_at = timezone.now()
        # The alert it would have replaced is free for another try.
        row.replaces = None
        row.payload = ""
        row.save(update_fields=["state", "rejection_reason", "ended_at", "replaces", "payload"])
        record("alerts.rejected", by=by, subject=row, detail={"reason": reason})
    return row
