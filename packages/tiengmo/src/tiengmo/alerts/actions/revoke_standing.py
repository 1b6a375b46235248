from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.alerts.errors import AlertError
from tiengmo.alerts.models import Standing
from tiengmo.alerts.standing import keys as standing_keys
from tiengmo.alerts.standing import paper as papers
from tiengmo.audit.actions import record
from tiengmo.speakers import keys
from tiengmo.speakers.errors import RootKeyMissing
from tiengmo.speakers.revocations import publish_revocations

from .checks import require_issuer

if TYPE_CHECKING:
    from tiengmo.people.models import User


def revoke_standing(standing: Standing, *, by: User, reason: str) -> Standing:
    """Take a standing certificate back: one person, at once, for ever.

    Its key is destroyed, so nothing more is signed with it here. Boxes distrust it as well from
    the next time that the root key is at hand: against a copy that somebody made of this machine.

    Raises AlertError (no reason), NotAllowed.
    """
    require_issuer(by, standing.unit)
    if not reason.strip():
        raise AlertError(_("Hãy ghi lý do thu hồi."))
    with transaction.atomic():
        row = Standing.objects.select_for_update(of=("self",)).get(pk=standing.pk)
        if row.revoked_at is None:
            row.revoked_at = timezone.now()
            row.revoked_by_name = str(by)
            row.revocation_reason = reason.strip()[:300]
            row.save(update_fields=["revoked_at", "revoked_by_name", "revocation_reason"])
            record("alerts.standing_revoked", by=by, subject=row, detail={"reason": reason.strip()})
        standing_keys.destroy(papers.own_kid(row.paper, otherwise=row.kid))
        try:
            root = keys.root_private()
        except RootKeyMissing:
            return row
        publish_revocations(root)
    return row
