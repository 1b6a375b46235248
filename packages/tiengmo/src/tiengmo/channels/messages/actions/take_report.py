from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from tiengmo.audit.actors import SYSTEM
from tiengmo.channels.messages import rules, sealing
from tiengmo.channels.messages.actions.end_subscription import end_subscription
from tiengmo.channels.messages.models import Message, StrayReport, Subscriber
from tiengmo.channels.messages.providers import HTTP_FORMS
from tiengmo.channels.messages.providers.form import Report
from tiengmo.channels.messages.sending.access import account_of
from tiengmo.channels.messages.sending.posting import settle_soon

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from tiengmo.channels.messages.models import Provider
    from tiengmo.channels.messages.providers.form import Reply

State = Message.State
# After this many messages in a row that never arrived, the number is nobody's any more.
MOST_FAILURES = 5
# What a report may change. Arrived is the end, whatever comes later or again; a report of failure
# may be overtaken by one of arrival, and never the other way.
MOVES = {
    State.DELIVERED: (State.SENDING, State.ACCEPTED, State.IN_DOUBT, State.FAILED, State.WAITING),
    State.FAILED: (State.SENDING, State.ACCEPTED, State.IN_DOUBT),
}
STOP_WORDS = frozenset({"huy", "huỷ", "hủy", "dung", "dừng", "stop", "tu choi", "từ chối"})


def is_genuine(provider: Provider, headers: Mapping[str, str], raw: bytes) -> bool:
    """Did this provider send this callback, as far as it signs what it sends?"""
    try:
        return HTTP_FORMS[provider.form].is_genuine(account_of(provider), headers, raw)
    except sealing.Unreadable:
        return False


def take_report(provider: Provider, report: Report) -> bool:
    """Write down what a provider says became of a message; False when it is none we know (yet).

    Twice or out of order changes nothing that is already known better.
    """
    with transaction.atomic():
        message = _message_of(provider, report)
        if message is None:
            if report.reference:
                StrayReport.objects.get_or_create(
                    provider=provider,
                    reference=report.reference[:120],
                    state=report.state,
                    defaults={"detail": report.detail[:300]},
                )
            return False
        now = timezone.now()
        has_arrived = report.state == State.DELIVERED
        changed = Message.objects.filter(
            pk=message.pk, state__in=MOVES.get(State(report.state), ())
        ).update(
            state=report.state,
            reason="" if has_arrived else "not_delivered",
            detail=report.detail[:300],
            sent_at=message.sent_at or now,
            ended_at=now,
        )
        if changed:
            ended(message, has_arrived=has_arrived)
            settle_soon({message.delivery_id})
    return True


def take_strays(provider: Provider, references: Collection[str]) -> None:
    """Take up reports that came before the provider's ids of their messages were known here."""
    for stray in StrayReport.objects.filter(provider=provider, reference__in=references):
        take_report(provider, Report(stray.state, reference=stray.reference, detail=stray.detail))
        stray.delete()


def ended(message: Message, *, has_arrived: bool, for_good: bool = False) -> None:
    """Count what arrived and what did not; a number that is nobody's is erased."""
    subscriber = Subscriber.objects.filter(pk=message.subscriber_id).first()
    if subscriber is None:
        return
    if for_good:
        end_subscription(subscriber, by=SYSTEM, why="no_such_number")
        return
    failures = 0 if has_arrived else subscriber.failures + 1
    if failures >= MOST_FAILURES:
        end_subscription(subscriber, by=SYSTEM, why="never_arrives")
    elif failures != subscriber.failures:
        Subscriber.objects.filter(pk=subscriber.pk).update(failures=failures)


def take_reply(reply: Reply) -> bool:
    """End the subscription of whoever wrote HUY; True when there was one."""
    number = rules.number_of(reply.number)
    if number is None or " ".join(reply.text.casefold().split()) not in STOP_WORDS:
        return False
    subscriber = Subscriber.objects.filter(number_hash=sealing.hash_of(number)).first()
    if subscriber is None:
        return False
    end_subscription(subscriber, by=SYSTEM, why="left")
    return True


def _message_of(provider: Provider, report: Report) -> Message | None:
    rows = Message.objects.select_for_update().filter(provider=provider)
    try:
        by_key = rows.filter(pk=uuid.UUID(report.key)).first() if report.key else None
    except ValueError:
        by_key = None
    if by_key is not None or not report.reference:
        return by_key
    return rows.filter(reference=report.reference[:120]).first()
