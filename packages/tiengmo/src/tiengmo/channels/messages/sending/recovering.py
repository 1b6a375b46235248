"""What a worker that died left behind, what is too late, and what is not wanted any more."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from tiengmo.channels.messages.models import Message
from tiengmo.channels.messages.providers import FORMS
from tiengmo.channels.messages.sending.posting import post_soon, settle_soon
from tiengmo.releases.models import Release

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from tiengmo.channels.messages.models import Provider

State = Message.State
# A message that waits to be handed over again, because the first time it was perhaps taken.
MAYBE_TAKEN = "maybe_taken"
IN_DOUBT = "in_doubt"
# No request lasts longer than its time-outs; who is still "sending" then has died.
DEAD_AFTER = timedelta(seconds=45)


def recover(provider: Provider) -> None:
    """Take up what was being handed over, with its key where there is one; else leave it in doubt.

    Only to the provider that has the key is it the same message.
    """
    now = timezone.now()
    via = FORMS[provider.form].via
    dead = Message.objects.filter(state=State.SENDING, via=via, claimed_at__lt=now - DEAD_AFTER)
    if dead.exists():
        same = [code for code, form in FORMS.items() if form.takes_key]
        _change(
            dead.filter(provider=provider, provider__form__in=same),
            state=State.WAITING,
            reason=MAYBE_TAKEN,
        )
        _change(dead, state=State.IN_DOUBT, reason=IN_DOUBT, sent_at=now)
    maybe = Message.objects.filter(state=State.WAITING, via=via, reason=MAYBE_TAKEN)
    elsewhere = maybe.exclude(provider=provider)
    _change(elsewhere, state=State.IN_DOUBT, reason=IN_DOUBT, sent_at=now)


def send_by_sms_instead() -> None:
    """Nobody is reached by Zalo here any more: what Zalo was never given goes by SMS."""
    now = timezone.now()
    rows = Message.objects.filter(via=Message.Via.ZALO)
    dead = rows.filter(state=State.SENDING, claimed_at__lt=now - DEAD_AFTER)
    _change(dead, state=State.IN_DOUBT, reason=IN_DOUBT, sent_at=now)
    waiting = rows.filter(state=State.WAITING).exclude(reason=MAYBE_TAKEN)
    if waiting.update(via=Message.Via.SMS, provider=None):
        post_soon()


def end_overdue() -> None:
    """News that could not be sent while it was news is not sent at all."""
    now = timezone.now()
    late = Message.objects.filter(state=State.WAITING, expires_at__lte=now)
    _change(late.filter(reason=MAYBE_TAKEN), state=State.IN_DOUBT, reason=IN_DOUBT, sent_at=now)
    _change(late, state=State.FAILED, reason="too_late", ended_at=now)


def end_untrue() -> None:
    """News that was handed back while it was being taken back or replaced does not go again."""
    waiting = Message.objects.filter(state=State.WAITING, kind=Message.Kind.NEWS)
    for rows in (
        waiting.filter(release__status=Release.Status.WITHDRAWN),
        waiting.filter(release__replaced_by__released_at__isnull=False),
    ):
        found = dict(rows.values_list("pk", "delivery_id"))
        if found:
            cancel(Message.objects.filter(pk__in=list(found)))
            settle_soon(set(found.values()))


def cancel(waiting: QuerySet[Message]) -> int:
    """Stop what waits; what was perhaps taken the first time stays in doubt. Say how many."""
    now = timezone.now()
    rows = waiting.filter(state=State.WAITING)
    rows.filter(reason=MAYBE_TAKEN).update(state=State.IN_DOUBT, reason=IN_DOUBT, sent_at=now)
    return rows.update(state=State.CANCELLED, ended_at=now)


def _change(rows: QuerySet[Message], **changes: Any) -> None:
    # Not by the same conditions twice: a row that another worker moved meanwhile is left alone.
    found = list(rows.values_list("pk", "state", "delivery_id"))
    if not found:
        return
    state = found[0][1]
    Message.objects.filter(pk__in=[pk for pk, _, _ in found], state=state).update(**changes)
    settle_soon({delivery for _, _, delivery in found})
