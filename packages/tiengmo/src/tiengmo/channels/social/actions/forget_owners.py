from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from tiengmo.audit.actions import record
from tiengmo.audit.actors import SYSTEM
from tiengmo.channels.social.models import Account, AccountChange

KEPT = timedelta(days=730)


def forget_owners() -> int:
    """Erase who answered for accounts that were retired two years ago; the entries stay."""
    with transaction.atomic():
        old = Account.objects.filter(
            status=Account.Status.RETIRED, retired_at__lt=timezone.now() - KEPT
        ).exclude(owner_name="", owner_phone="")
        ids = list(old.values_list("pk", flat=True))
        if not ids:
            return 0
        for change in AccountChange.objects.filter(account__in=ids, detail__has_key="owner_name"):
            change.detail.pop("owner_name")
            change.save(update_fields=["detail"])
        Account.objects.filter(pk__in=ids).update(owner_name="", owner_phone="")
        record("social.owners_forgotten", by=SYSTEM, subject="social", detail={"rows": len(ids)})
    return len(ids)
