from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from tiengmo.audit.actions import record
from tiengmo.speakers import keys
from tiengmo.speakers.models import StationKey
from tiengmo.speakers.revocations import publish_revocations

if TYPE_CHECKING:
    from tiengmo.audit.actors import Actor


def revoke_station_key(row: StationKey, *, by: Actor, reason: str) -> None:
    """Make every box distrust a key for ever; the list is signed by the root key.

    Raises:
        RootKeyMissing: the root's private key is not here.
    """
    root = keys.root_private()
    with transaction.atomic():
        row = StationKey.objects.select_for_update().get(pk=row.pk)
        if row.revoked_at is not None:
            return
        row.revoked_at = timezone.now()
        row.revocation_reason = reason
        row.save(update_fields=["revoked_at", "revocation_reason"])
        publish_revocations(root)
        record("speakers.key_revoked", by=by, subject=row, detail={"reason": reason})
