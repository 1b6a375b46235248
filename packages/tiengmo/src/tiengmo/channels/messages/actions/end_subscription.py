from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from tiengmo.audit.actions import record
from tiengmo.audit.actors import SYSTEM
from tiengmo.channels.messages.models import Message, StrayReport, Subscriber
from tiengmo.channels.messages.sending.posting import settle_soon
from tiengmo.channels.messages.sending.recovering import cancel
from tiengmo.people.actions import require_role
from tiengmo.people.models import Role, User

if TYPE_CHECKING:
    from tiengmo.audit.actors import Actor

UNCONFIRMED_FOR = timedelta(days=1)
KEPT = timedelta(days=730)
MESSAGES_KEPT = timedelta(days=90)


def end_subscription(subscriber: Subscriber, *, by: Actor, why: str) -> None:
    """Erase a number and what it wanted; what waits for it is not sent. A second time: nothing.

    why: "left", "no_such_number", "never_arrives", "too_old", "unconfirmed". What was sent stays as
    a count without a person. Raises NotAllowed.
    """
    if isinstance(by, User):
        require_role(by, Role.EDITOR, subscriber.village.unit)
    with transaction.atomic():
        locked = Subscriber.objects.select_for_update().filter(pk=subscriber.pk).first()
        if locked is None:
            return
        theirs = Message.objects.filter(subscriber=locked)
        waiting = theirs.filter(state=Message.State.WAITING, delivery__isnull=False)
        deliveries = set(waiting.values_list("delivery", flat=True))
        cancel(theirs)
        # Of the last one who waited in a village: nothing else would end its delivery.
        settle_soon(deliveries)
        record("texts.ended", by=by, subject=str(locked), detail={"why": why})
        locked.delete()


def forget_old() -> None:
    """Erase what is kept no longer: unconfirmed numbers, old subscriptions, old messages."""
    now = timezone.now()
    unconfirmed = Subscriber.objects.filter(confirmed_at=None, asked_at__lt=now - UNCONFIRMED_FOR)
    for subscriber in unconfirmed:
        end_subscription(subscriber, by=SYSTEM, why="unconfirmed")
    for subscriber in Subscriber.objects.filter(confirmed_at__lt=now - KEPT):
        end_subscription(subscriber, by=SYSTEM, why="too_old")
    Message.objects.filter(due_at__lt=now - MESSAGES_KEPT).delete()
    StrayReport.objects.filter(at__lt=now - timedelta(days=1)).delete()
