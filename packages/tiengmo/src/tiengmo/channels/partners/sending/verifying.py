"""Did the subscriber mean it? Its callback must echo a challenge (WebSub, 5.3)."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from tiengmo.audit.actions import record
from tiengmo.audit.actors import SYSTEM
from tiengmo.channels.messages import rules as pace
from tiengmo.channels.partners import rules, sealing
from tiengmo.channels.partners.ending import end
from tiengmo.channels.partners.feeds import address_of
from tiengmo.channels.partners.models import Partner, Subscription
from tiengmo.channels.partners.queries import partners_in_use
from tiengmo.channels.partners.sending import exchange
from tiengmo.channels.partners.sending.exchange import Answer, Question

if TYPE_CHECKING:
    from django.db.models import QuerySet

DEAD_AFTER = timedelta(seconds=60)
State, Why = Subscription.State, Subscription.Why


@dataclass
class Verification:
    """A question on its way."""

    subscription: Subscription
    challenge: str
    question: Question | None

    @property
    def partner(self) -> Partner:
        return self.subscription.partner

    def go(self) -> Answer:
        if self.question is None:
            return Answer(0, "")
        return exchange.ask(self.question)

    def write_down(self, answer: Answer) -> None:
        """Only what was asked and not changed since: somebody may have asked again meanwhile."""
        with transaction.atomic():
            rows = Subscription.objects.select_for_update(of=("self",)).select_related("partner")
            one = rows.get(pk=self.subscription.pk)
            if one.wanted and one.asked_claimed_at == self.subscription.asked_claimed_at:
                self._decide(one, answer)

    def _decide(self, one: Subscription, answer: Answer) -> None:
        echoed = answer.body.strip()
        if answer.is_success and hmac.compare_digest(echoed, self.challenge.encode()):
            _agree(one)
        elif answer.is_away and one.asked_tries < rules.MOST_TRIES:
            wait = answer.wait_seconds or pace.back_off_seconds(one.asked_tries)
            one.asked_due_at = timezone.now() + timedelta(seconds=wait)
            one.asked_claimed_at = None
            one.save()
        else:
            _let_be(one)


def waiting() -> QuerySet[Subscription]:
    """What was asked and is not verified yet."""
    return Subscription.objects.filter(partner__in=partners_in_use()).exclude(wanted="")


def due_now() -> QuerySet[Subscription]:
    now = timezone.now()
    return waiting().filter(
        Q(asked_claimed_at=None) | Q(asked_claimed_at__lt=now - DEAD_AFTER), asked_due_at__lte=now
    )


def claim(partner: Partner, count: int) -> list[Verification]:
    """Take questions that are due, each once however many workers look."""
    with transaction.atomic():
        rows = due_now().filter(partner=partner).select_for_update(skip_locked=True, of=("self",))
        ids = [one.pk for one in rows.order_by("asked_due_at")[:count]]
        now = timezone.now()
        Subscription.objects.filter(pk__in=ids).update(
            asked_claimed_at=now, asked_tries=F("asked_tries") + 1
        )
    found = Subscription.objects.filter(pk__in=ids).select_related("partner")
    return [_prepared(one) for one in found]


def _prepared(one: Subscription) -> Verification:
    challenge = secrets.token_urlsafe(32)
    extra = {
        "hub.mode": one.wanted,
        "hub.topic": address_of(rules.Topic(one.topic)),
        "hub.challenge": challenge,
    }
    if one.wanted == rules.SUBSCRIBE:
        extra["hub.lease_seconds"] = str(one.wanted_seconds)
    try:
        callback = sealing.unseal(one.sealed_callback)
    except sealing.Unreadable:
        return Verification(one, challenge, None)
    url = rules.with_query(callback, extra)
    return Verification(one, challenge, Question("GET", url, {}, reads=True))


def _agree(one: Subscription) -> None:
    if one.wanted == rules.UNSUBSCRIBE:
        end(one, Why.LEFT)
        return
    now = timezone.now()
    one.state, one.confirmed_at = State.ACTIVE, now
    one.lease_until = now + timedelta(seconds=one.wanted_seconds)
    one.ended_at, one.ended_why = None, ""
    one.sealed_secret = one.wanted_sealed_secret
    _forget_question(one)
    one.save()
    detail = {"topic": one.topic, "lease_seconds": one.wanted_seconds}
    record("partners.subscribed", by=SYSTEM, subject=one.partner, detail=detail)


def _let_be(one: Subscription) -> None:
    """Not meant: what stood before stands on; what never stood ends."""
    if one.state == State.ASKED:
        end(one, Why.NOT_MEANT)
        return
    _forget_question(one)
    one.save()


def _forget_question(one: Subscription) -> None:
    one.wanted = one.wanted_sealed_secret = ""
    one.asked_claimed_at = None
