from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from tiengmo.audit.actions import record
from tiengmo.channels.partners.actions.save_partner import require_administrator, take_here
from tiengmo.channels.partners.ending import end
from tiengmo.channels.partners.models import Partner, Subscription

if TYPE_CHECKING:
    from tiengmo.audit.actors import Actor


def use_partner(partner: Partner, *, by: Actor, is_used: bool) -> Partner:
    """Let a partner take bulletins again, or stop it: its subscriptions end at once.

    Raises NotAllowed.
    """
    require_administrator(by)
    with transaction.atomic():
        locked = Partner.objects.select_for_update().get(pk=partner.pk)
        locked.is_used = is_used
        locked.save(update_fields=["is_used"])
        if not is_used:
            for one in locked.subscriptions.exclude(state=Subscription.State.ENDED):
                end(one, Subscription.Why.STOPPED, by=by)
        elif locked.is_trial:
            take_here(locked)
        record("partners.used", by=by, subject=locked, detail={"is_used": is_used})
    return locked
