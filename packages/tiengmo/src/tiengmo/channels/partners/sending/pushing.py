"""Entries and tombstones: each is claimed, signed, handed over, and what was said written down.

A worker that dies in between leaves it "sending"; it is handed over again, for a partner that knows
the atom:id and a newer `updated` keeps it once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation

from tiengmo.channels.messages import rules as pace
from tiengmo.channels.partners import rules, sealing
from tiengmo.channels.partners.ending import end
from tiengmo.channels.partners.feeds import MEDIA_TYPE, feed_of, links_of
from tiengmo.channels.partners.models import Item, Partner, Push, Subscription
from tiengmo.channels.partners.posting import settle_soon
from tiengmo.channels.partners.queries import chain_of, subscriptions_on
from tiengmo.channels.partners.sending import exchange
from tiengmo.channels.partners.sending.exchange import Answer, Question

if TYPE_CHECKING:
    from django.db.models import QuerySet

DEAD_AFTER = timedelta(seconds=60)
Kind, State = Push.Kind, Push.State


@dataclass
class Parcel:
    """A push on its way."""

    push: Push
    question: Question

    @property
    def partner(self) -> Partner:
        return self.push.subscription.partner

    def go(self) -> Answer:
        if self.partner.is_trial:
            return exchange.write_down(str(self.push.pk), self.question.content)
        return exchange.ask(self.question)

    def write_down(self, answer: Answer) -> None:
        push, now = self.push, timezone.now()
        mine = Push.objects.filter(pk=push.pk, state=State.SENDING)
        detail = answer.detail[:300]
        if answer.is_success:
            mine.update(state=State.ACCEPTED, reason="", detail=detail, ended_at=now)
        elif answer.status == HTTPStatus.GONE:
            mine.update(state=State.FAILED, reason="partner_gone", detail=detail, ended_at=now)
            with transaction.atomic():
                end(push.subscription, Subscription.Why.GONE)
        else:
            wait = answer.wait_seconds or pace.back_off_seconds(push.attempts)
            mine.update(state=State.WAITING, detail=detail, due_at=now + timedelta(seconds=wait))
        settle_soon({push.delivery_id})


def due_now() -> QuerySet[Push]:
    """What is to be looked at now, to a subscription that stands; what is not true is ended."""
    now = timezone.now()
    return Push.objects.filter(
        subscription__in=subscriptions_on(),
        state=State.WAITING,
        due_at__lte=now,
        expires_at__gt=now,
    )


def claim(partner: Partner, count: int) -> list[Parcel]:
    """Take pushes that are due, each once however many workers look; tombstones first."""
    with transaction.atomic():
        rows = due_now().filter(subscription__partner=partner)
        locked = rows.select_for_update(skip_locked=True, of=("self",))
        ids = [one.pk for one in locked.order_by("-kind", "due_at")[:count]]
        Push.objects.filter(pk__in=ids, state=State.WAITING).update(
            state=State.SENDING, claimed_at=timezone.now(), attempts=F("attempts") + 1
        )
    found = Push.objects.filter(pk__in=ids).select_related("subscription__partner", "release")
    return [parcel for one in found if (parcel := _prepared(one)) is not None]


def put_in_order() -> None:
    """Leases that ended, pushes whose time or subscription is over, claims of a dead worker."""
    now = timezone.now()
    over = Subscription.objects.filter(state=Subscription.State.ACTIVE, lease_until__lte=now)
    for one in over:
        with transaction.atomic():
            end(one, Subscription.Why.LEASE)
    dead = Push.objects.filter(state=State.SENDING, claimed_at__lt=now - DEAD_AFTER)
    dead.update(state=State.WAITING)
    # Handed back after the subscription had ended.
    left = Push.objects.filter(state=State.WAITING, subscription__state=Subscription.State.ENDED)
    deliveries = set(left.values_list("delivery", flat=True))
    left.update(state=State.FAILED, reason="partner_gone", ended_at=now)
    late = Push.objects.filter(state=State.WAITING, expires_at__lte=now)
    deliveries |= set(late.values_list("delivery", flat=True))
    late.filter(kind=Kind.NEWS).update(state=State.FAILED, reason="too_late", ended_at=now)
    late.filter(kind=Kind.WITHDRAWAL).update(
        state=State.FAILED, reason="partner_silent", ended_at=now
    )
    settle_soon(deliveries)


def _prepared(push: Push) -> Parcel | None:
    topic = rules.Topic(push.subscription.topic)
    item = Item.objects.filter(atom_id=chain_of(push.release)[-1]).select_related("release").first()
    is_news = push.kind == Kind.NEWS
    is_true = item is not None and (
        item.gone_at is None and item.release_id == push.release_id
        if is_news
        else item.gone_at is not None
    )
    if item is None or not is_true:
        _give_up(push, State.CANCELLED, "")
        return None
    callback = secret = ""
    if not push.subscription.partner.is_trial:
        try:
            callback = sealing.unseal(push.subscription.sealed_callback)
            secret = sealing.unseal(push.subscription.sealed_secret)
        except sealing.Unreadable:
            _give_up(push, State.FAILED, "error")
            return None
    with translation.override(settings.LANGUAGE_CODE):
        content = feed_of(topic, [item])
    return Parcel(push, question_of(topic, callback, secret, content))


def question_of(topic: rules.Topic, callback: str, secret: str, content: bytes) -> Question:
    """Content distribution (WebSub, 7): what changed in the feed, signed for this subscription."""
    headers = {
        "Content-Type": f"{MEDIA_TYPE}; charset=utf-8",
        "Link": links_of(topic),
        "X-Hub-Signature": rules.signature(secret, content),
    }
    return Question("POST", callback, headers, content)


def _give_up(push: Push, state: str, reason: str) -> None:
    """It did not go at this try; whether an earlier one came is not known, so `attempts` stays."""
    Push.objects.filter(pk=push.pk, state=State.SENDING).update(
        state=state, reason=reason, attempts=F("attempts") - 1, ended_at=timezone.now()
    )
    settle_soon({push.delivery_id})
