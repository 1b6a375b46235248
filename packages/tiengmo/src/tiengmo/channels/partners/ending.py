"""The end of a subscription, whoever ends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from tiengmo.audit.actions import record
from tiengmo.audit.actors import SYSTEM
from tiengmo.channels.partners.models import Push, Subscription
from tiengmo.channels.partners.posting import settle_soon

if TYPE_CHECKING:
    from tiengmo.audit.actors import Actor


def end(subscription: Subscription, why: str, *, by: Actor = SYSTEM) -> None:
    """Nothing goes there any more; callback and secret are erased. In the caller's transaction.

    What was perhaps taken stays written down: nobody confirmed that it was let go.
    """
    now = timezone.now()
    Subscription.objects.filter(pk=subscription.pk).update(
        state=Subscription.State.ENDED,
        ended_at=now,
        ended_why=why,
        sealed_callback="",
        sealed_secret="",
        wanted="",
        wanted_sealed_secret="",
        asked_claimed_at=None,
    )
    waiting = Push.objects.filter(subscription=subscription, state=Push.State.WAITING)
    deliveries = set(subscription.pushes.values_list("delivery", flat=True))
    waiting.update(state=Push.State.FAILED, reason="partner_gone", ended_at=now)
    settle_soon(deliveries)
    if why != Subscription.Why.NOT_MEANT:
        detail = {"topic": subscription.topic, "why": str(why)}
        record("partners.unsubscribed", by=by, subject=subscription.partner, detail=detail)
