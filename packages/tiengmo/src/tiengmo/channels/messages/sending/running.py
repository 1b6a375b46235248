"""Messages on their way: each is claimed, handed over, and what was said of it written down.

The claim before the handing over is what makes a killed worker harmless: a message found "sending"
later was perhaps taken. Where the provider takes a key it is handed over again with the same one;
where it takes none it stays in doubt, is shown, and is not sent a second time.
"""

from __future__ import annotations

import logging
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from tiengmo.channels.bucket import take_tokens
from tiengmo.channels.messages import rules, sealing
from tiengmo.channels.messages.actions.take_report import ended, take_strays
from tiengmo.channels.messages.composing import compose
from tiengmo.channels.messages.models import Message, Provider
from tiengmo.channels.messages.providers import FORMS, exchange
from tiengmo.channels.messages.providers.form import Account, Answer, Said, Sending
from tiengmo.channels.messages.queries import callback_address, provider_in_use
from tiengmo.channels.messages.sending.posting import settle_soon
from tiengmo.channels.messages.sending.quiet import quiet_units
from tiengmo.channels.messages.sending.recovering import (
    MAYBE_TAKEN,
    end_overdue,
    end_untrue,
    recover,
)
from tiengmo.outbox.registry import Later
from tiengmo.releases.models import Release

if TYPE_CHECKING:
    from collections.abc import Sequence

    import httpx
    from django.db.models import QuerySet

    from tiengmo.channels.messages.providers.form import Form

logger = logging.getLogger(__name__)

State = Message.State
# So many requests stand open at once: at 200 ms each they make 80 a second.
AT_ONCE = 16
# One run of the worker's entry; then others have their turn.
RUN_SECONDS = 5.0
LOOK_AGAIN_SECONDS = 60.0


@dataclass
class Handed:
    """A claimed message, its text, and what the provider said of it."""

    message: Message
    sending: Sending
    language: str
    parts: int
    answer: Answer | None = None
    milliseconds: int = 0


def answer_to(one: Handed) -> Answer:
    assert one.answer is not None  # noqa: S101 (whoever hands over gives one)
    return one.answer


def send_due() -> None:
    """Send what is due for as long as one run lasts. Raises Later while something waits."""
    end_overdue()
    end_untrue()
    provider = provider_in_use()
    if provider is None:
        return  # what waits is sent once somebody names one, or is too late
    recover(provider)
    until = time.monotonic() + RUN_SECONDS
    with exchange.client() as http, ThreadPoolExecutor(AT_ONCE) as threads:
        while time.monotonic() < until:
            provider.refresh_from_db()
            if not provider.is_used:
                raise Later(0.0)
            _wait_out_pause(provider)
            if not due_now().exists():
                break
            granted, seconds = take_tokens(provider, AT_ONCE)
            if granted == 0:
                time.sleep(min(seconds, max(until - time.monotonic(), 0.0)))
                continue
            _send_batch(provider, claim(provider, granted), http, threads)
    provider.refresh_from_db()
    _wait_out_pause(provider)
    later = seconds_to_next()
    if later is not None:
        raise Later(later)


def _wait_out_pause(provider: Provider) -> None:
    """Raises Later while the provider is left alone."""
    if provider.paused_until:
        seconds = (provider.paused_until - timezone.now()).total_seconds()
        if seconds > 0:
            raise Later(seconds)


def due_now() -> QuerySet[Message]:
    now = timezone.now()
    rows = Message.objects.filter(state=State.WAITING, due_at__lte=now, expires_at__gt=now)
    quiet = quiet_units(now)
    if quiet:
        rows = rows.exclude(urgency=2, village__unit__in=quiet)
    return rows


def seconds_to_next() -> float | None:
    """When to look again: None when nothing waits."""
    first = (
        Message.objects.filter(state=State.WAITING)
        .order_by("due_at")
        .values_list("due_at", flat=True)
    ).first()
    if first is None:
        return None
    wait = (first - timezone.now()).total_seconds()
    # Due, and yet not sent: in quiet hours, or the run was over.
    if wait <= 0:
        return 0.0 if due_now().exists() else LOOK_AGAIN_SECONDS
    return min(wait, LOOK_AGAIN_SECONDS)


def claim(provider: Provider, count: int) -> list[Message]:
    """Take the most urgent due messages for this run; whoever marks one has it.

    What was withdrawn or replaced meanwhile is not taken: this is the last look before acting.
    """
    with transaction.atomic():
        rows = (
            due_now()
            .filter(
                Q(release=None)
                | Q(kind=Message.Kind.NEWS, release__status=Release.Status.RELEASED)
                | Q(kind=Message.Kind.WITHDRAWAL, release__status=Release.Status.WITHDRAWN)
            )
            .exclude(~Q(provider=provider), reason=MAYBE_TAKEN)
            .select_for_update(skip_locked=True, of=("self",))
            .order_by("urgency", "due_at", "delivery")
        )
        ids = [row.pk for row in rows[:count]]
        Message.objects.filter(pk__in=ids, state=State.WAITING).update(
            state=State.SENDING,
            claimed_at=timezone.now(),
            provider=provider,
            attempts=F("attempts") + 1,
        )
    return list(
        Message.objects.filter(pk__in=ids)
        .select_related("subscriber__village", "subscriber__wanted_village", "village", "release")
        .prefetch_related("release__renditions")
    )


def _send_batch(
    provider: Provider, messages: Sequence[Message], http: httpx.Client, threads: ThreadPoolExecutor
) -> None:
    form = FORMS[provider.form]
    try:
        account = account_of(provider)
    except sealing.Unreadable:
        _put_back(messages)
        _note_trouble(provider, "credentials: the key that sealed them is not here", None)
        return
    handed = [one for message in messages if (one := _prepared(message, provider)) is not None]

    def go(one: Handed) -> None:
        began = time.monotonic()
        one.answer = exchange.send(form, account, one.sending, http)
        one.milliseconds = int((time.monotonic() - began) * 1000)

    # Threads only speak with the provider; the database is this thread's.
    list(threads.map(go, handed))
    with transaction.atomic():
        _write_accepted([one for one in handed if answer_to(one).said is Said.ACCEPTED])
        for one in handed:
            _write_down(one, form)
        _note_health(provider, handed)
        settle_soon({m.delivery_id for m in messages if m.delivery_id is not None})
    references = {one.answer.reference for one in handed if one.answer and one.answer.reference}
    take_strays(provider, references)


def account_of(provider: Provider) -> Account:
    """Raises sealing.Unreadable."""
    form = FORMS[provider.form]
    return Account(
        base_url=provider.base_url or form.base_url,
        sender=provider.sender,
        credentials=sealing.open_credentials(provider.sealed_credentials),
    )


def _prepared(message: Message, provider: Provider) -> Handed | None:
    mine = Message.objects.filter(pk=message.pk, state=State.SENDING)
    try:
        text, language = compose(message)
        number = sealing.unseal(message.subscriber.sealed_number) if message.subscriber else ""
    except sealing.Unreadable:
        logger.exception("messages: the key that sealed %s is not here", message.pk)
        text = number = language = ""
    if not text or not number:
        if mine.update(state=State.CANCELLED, ended_at=timezone.now()):
            # Taken for told while it was claimed: nobody hears of the end of what they never had.
            Message.objects.filter(
                subscriber=message.subscriber_id,
                release=message.release_id,
                release__isnull=False,
                kind=Message.Kind.WITHDRAWAL,
                state=State.WAITING,
            ).update(state=State.CANCELLED, ended_at=timezone.now())
        return None
    size = rules.size_of(text)
    sending = Sending(
        key=str(message.pk),
        number=number,
        text=text,
        is_plain=size.is_plain,
        callback_url=callback_address(provider),
    )
    return Handed(message, sending, language, size.parts)


def _write_accepted(handed: Sequence[Handed]) -> None:
    """Most answers are these: one statement for what they share, one for what is each one's own."""
    if not handed:
        return
    for detail in {answer_to(one).detail[:300] for one in handed}:
        same = [one.message.pk for one in handed if answer_to(one).detail[:300] == detail]
        # A report may have been quicker than the answer: what it said stands.
        Message.objects.filter(pk__in=same, state=State.SENDING).update(
            state=State.ACCEPTED, reason="", detail=detail, sent_at=timezone.now()
        )
    for one in handed:
        Message.objects.filter(pk=one.message.pk).update(
            reference=answer_to(one).reference, parts=one.parts, language=one.language
        )


def _write_down(one: Handed, form: Form) -> None:
    """Every answer but the accepted ones."""
    answer, message = answer_to(one), one.message
    now = timezone.now()
    # A report may have been quicker than the answer: what it said stands.
    mine = Message.objects.filter(pk=message.pk, state=State.SENDING)
    said, detail = answer.said, answer.detail[:300]
    if said is Said.ACCEPTED:
        return
    if said in (Said.REFUSED, Said.NO_SUCH_NUMBER):
        reason = "no_such_number" if said is Said.NO_SUCH_NUMBER else "number_refused"
        if mine.update(state=State.FAILED, reason=reason, detail=detail, ended_at=now):
            ended(message, has_arrived=False, for_good=said is Said.NO_SUCH_NUMBER)
    elif said is Said.UNSURE and not form.takes_key:
        mine.update(
            state=State.IN_DOUBT,
            reason="in_doubt",
            detail=detail,
            sent_at=now,
            parts=one.parts,
            language=one.language,
        )
    else:
        wait = rules.back_off_seconds(message.attempts)
        mine.update(
            state=State.WAITING,
            # Handed over again to this provider with the same key, and to no other.
            reason=MAYBE_TAKEN if said is Said.UNSURE else message.reason,
            detail=detail,
            due_at=now + timedelta(seconds=wait),
        )


def _put_back(messages: Sequence[Message]) -> None:
    Message.objects.filter(pk__in=[m.pk for m in messages], state=State.SENDING).update(
        state=State.WAITING
    )


def _note_health(provider: Provider, handed: Sequence[Handed]) -> None:
    """Leave a provider alone that does not answer or refuses all; remember how quick it is."""
    answers = [one.answer for one in handed if one.answer is not None]
    if not answers:
        return
    bad = [a for a in answers if a.said in (Said.NOT_YET, Said.TROUBLE, Said.UNSURE)]
    good = [one for one in handed if one.answer is not None and one.answer not in bad]
    if good:
        mean = sum(one.milliseconds for one in good) // len(good)
        before = provider.answer_ms if provider.answer_ms is not None else mean
        Provider.objects.filter(pk=provider.pk).update(
            failures=0,
            failing_since=None,
            trouble="",
            paused_until=None,
            last_answer_at=timezone.now(),
            answer_ms=(before * 4 + mean) // 5,
        )
    asked = [a.wait_seconds for a in bad if a.wait_seconds is not None]
    if asked or (bad and not good):
        _note_trouble(provider, bad[-1].detail, max(asked) if asked else None)


def _note_trouble(provider: Provider, detail: str, wait_seconds: float | None) -> None:
    now = timezone.now()
    failures = provider.failures + 1
    wait = wait_seconds if wait_seconds is not None else rules.pause_seconds(failures)
    Provider.objects.filter(pk=provider.pk).update(
        failures=failures,
        failing_since=provider.failing_since or now,
        trouble=detail[:300],
        paused_until=now + timedelta(seconds=wait),
    )
