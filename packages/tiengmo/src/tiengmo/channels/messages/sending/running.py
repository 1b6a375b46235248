"""Messages on their way: each is claimed, handed over, and what was said of it written down.

The claim before the handing over is what makes a killed worker harmless: a message found "sending"
later was perhaps taken. Where the provider takes a key it is handed over again with the same one;
where it takes none it stays in doubt, is shown, and is not sent a second time.
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from tiengmo.channels.bucket import take_tokens
from tiengmo.channels.messages import rules, sealing
from tiengmo.channels.messages.actions.take_report import (
    ended,
    take_reply,
    take_report,
    take_strays,
)
from tiengmo.channels.messages.composing import compose, compose_fields
from tiengmo.channels.messages.models import Message, Provider
from tiengmo.channels.messages.providers import FORMS
from tiengmo.channels.messages.providers.form import Answer, Reply, Said, Sending
from tiengmo.channels.messages.providers.lines import AT_ONCE, open_line
from tiengmo.channels.messages.queries import callback_address, provider_in_use
from tiengmo.channels.messages.sending.access import ready
from tiengmo.channels.messages.sending.posting import post_soon, settle_soon
from tiengmo.channels.messages.sending.quiet import NEWS_URGENCY, Quiet
from tiengmo.channels.messages.sending.recovering import (
    MAYBE_TAKEN,
    end_overdue,
    end_untrue,
    recover,
    send_by_sms_instead,
)
from tiengmo.channels.messages.templates_of_zalo import template_of
from tiengmo.outbox.registry import Later
from tiengmo.releases.models import Release

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

    from tiengmo.channels.messages.providers.form import Form, Report
    from tiengmo.channels.messages.providers.lines import Line

logger = logging.getLogger(__name__)

State = Message.State
# One run of the worker's entry; then others have their turn.
RUN_SECONDS = 5.0
LOOK_AGAIN_SECONDS = 60.0
# Rows of AT_ONCE requests in one batch: what a batch costs the database is shared by more.
BATCH_MS, MOST_ROWS = 500, 4
# Reports that must be fetched: so long at a time, and no more after so many days.
LISTEN_SECONDS = 2.0
REPORTS_COME_WITHIN = timedelta(days=3)


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


def send_due(via: str = Message.Via.SMS) -> None:
    """Send what is due this way for as long as one run lasts. Raises Later while something waits.

    Zalo and SMS are two runs: one that is slow, or left alone, does not hold up the other.
    """
    end_overdue()
    end_untrue()
    provider = provider_in_use(via)
    if via == Message.Via.ZALO and provider is None:
        send_by_sms_instead()
    if provider is None:
        return  # what waits is sent once somebody names one, or is too late
    recover(provider)
    until, quiet = time.monotonic() + RUN_SECONDS, Quiet()
    line = open_line(provider.form, partial(_heard, provider))
    try:
        while time.monotonic() < until:
            provider.refresh_from_db()
            if not provider.is_used:
                raise Later(0.0)
            _wait_out_pause(provider)
            if not due_now(quiet, via).exists():
                break
            granted, seconds = take_tokens(provider, batch_of(provider))
            if granted == 0:
                time.sleep(min(seconds, max(until - time.monotonic(), 0.0)))
                continue
            _send_batch(provider, claim(provider, granted, quiet), line)
        has_more = _listen(provider, line, until)
    finally:
        line.close()
    provider.refresh_from_db()
    _wait_out_pause(provider)
    later = 0.0 if has_more else seconds_to_next(quiet, via)
    if later is not None:
        raise Later(later)


def batch_of(provider: Provider) -> int:
    """How many are claimed together: what a provider answers soon enough is claimed by more.

    What is claimed goes out whatever is withdrawn meanwhile, and is in doubt when the worker is
    killed: so no more than go out in half a second, and one row while there is trouble.
    """
    if provider.answer_ms is None or provider.failing_since is not None:
        return AT_ONCE
    rows = BATCH_MS // max(provider.answer_ms, 1)
    return AT_ONCE * min(max(rows, 1), MOST_ROWS)


def _heard(provider: Provider, said: Report | Reply) -> None:
    if isinstance(said, Reply):
        take_reply(said)
    else:
        take_report(provider, said)


def _listen(provider: Provider, line: Line, until: float) -> bool:
    """Fetch reports from a provider who does not call back; True when more may be there."""
    form = FORMS[provider.form]
    if form.calls_back or not form.is_real or not awaits_reports(provider):
        return False
    account = ready(provider)
    if isinstance(account, Answer):
        return False
    return line.listen(account, max(until - time.monotonic(), LISTEN_SECONDS))


def awaits_reports(provider: Provider) -> bool:
    since = timezone.now() - REPORTS_COME_WITHIN
    rows = Message.objects.filter(provider=provider, sent_at__gt=since)
    return rows.filter(state__in=(State.ACCEPTED, State.IN_DOUBT)).exists()


def _wait_out_pause(provider: Provider) -> None:
    """Raises Later while the provider is left alone."""
    if provider.paused_until:
        seconds = (provider.paused_until - timezone.now()).total_seconds()
        if seconds > 0:
            raise Later(seconds)


def due_now(quiet: Quiet, via: str) -> QuerySet[Message]:
    now = timezone.now()
    waiting = Message.objects.filter(state=State.WAITING, via=via)
    rows = waiting.filter(due_at__lte=now, expires_at__gt=now)
    units = quiet.units(waiting.filter(urgency=NEWS_URGENCY))
    return rows.exclude(urgency=NEWS_URGENCY, village__unit__in=units) if units else rows


def seconds_to_next(quiet: Quiet, via: str) -> float | None:
    """When to look again: None when nothing waits."""
    first = (
        Message.objects.filter(state=State.WAITING, via=via)
        .order_by("due_at")
        .values_list("due_at", flat=True)
    ).first()
    if first is None:
        return None
    wait = (first - timezone.now()).total_seconds()
    # Due, and yet not sent: in quiet hours, or the run was over.
    if wait <= 0:
        return 0.0 if due_now(quiet, via).exists() else LOOK_AGAIN_SECONDS
    return min(wait, LOOK_AGAIN_SECONDS)


def claim(provider: Provider, count: int, quiet: Quiet) -> list[Message]:
    """Take the most urgent due messages for this run; whoever marks one has it.

    What was withdrawn or replaced meanwhile is not taken: this is the last look before acting.
    """
    with transaction.atomic():
        rows = (
            due_now(quiet, FORMS[provider.form].via)
            .filter(
                Q(release=None)
                | Q(kind=Message.Kind.NEWS, release__status=Release.Status.RELEASED)
                | Q(kind=Message.Kind.WITHDRAWAL, release__status=Release.Status.WITHDRAWN)
            )
            .exclude(~Q(provider=provider), reason=MAYBE_TAKEN)
            .select_for_update(skip_locked=True, of=("self",))
            .order_by("urgency", "due_at", "delivery_id")
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


def _send_batch(provider: Provider, messages: Sequence[Message], line: Line) -> None:
    account = ready(provider)
    if isinstance(account, Answer):
        _put_back(messages)
        _note_trouble(provider, account.detail, account.wait_seconds)
        return
    handed = [one for message in messages if (one := _prepared(message, provider)) is not None]
    said = line.hand_over(account, [one.sending for one in handed])
    for one, (answer, milliseconds) in zip(handed, said, strict=True):
        one.answer, one.milliseconds = answer, milliseconds
    with transaction.atomic():
        _write_accepted([one for one in handed if answer_to(one).said is Said.ACCEPTED])
        for one in handed:
            _write_down(one, FORMS[provider.form])
        _note_health(provider, handed)
        settle_soon({m.delivery_id for m in messages if m.delivery_id is not None})
    references = {one.answer.reference for one in handed if one.answer and one.answer.reference}
    take_strays(provider, references)


def _prepared(message: Message, provider: Provider) -> Handed | None:
    mine = Message.objects.filter(pk=message.pk, state=State.SENDING)
    fields: dict[str, str] = {}
    is_template = FORMS[provider.form].via == Message.Via.ZALO
    try:
        if is_template:
            fields, language = compose_fields(message, template_of(provider.settings))
            text = "\n".join(fields.values())
        else:
            text, language = compose(message)
        number = sealing.unseal(message.subscriber.sealed_number) if message.subscriber else ""
    except sealing.Unreadable:
        logger.exception("messages: the key that sealed %s is not here", message.pk)
        text = number = language = ""
    except ValueError:
        logger.exception("messages: the template of %s cannot be read", provider)
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
        fields=fields,
    )
    return Handed(message, sending, language, 1 if is_template else size.parts)


def _write_accepted(handed: Sequence[Handed]) -> None:
    """Most answers are these: statements for what they share, one for what is each one's own."""
    alike = defaultdict(list)
    for one in handed:
        one.message.reference = answer_to(one).reference
        alike[answer_to(one).detail[:300], one.parts, one.language].append(one.message.pk)
    for (detail, parts, language), keys in alike.items():
        rows = Message.objects.filter(pk__in=keys)
        # A report may have been quicker than the answer: what it said stands.
        rows.filter(state=State.SENDING).update(
            state=State.ACCEPTED, reason="", detail=detail, sent_at=timezone.now()
        )
        rows.update(parts=parts, language=language)
    Message.objects.bulk_update([one.message for one in handed], ["reference"])


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
        is_mine = mine.update(state=State.FAILED, reason=reason, detail=detail, ended_at=now)
        # Any other refusal may be of the text or of our sender's name: not counted on the number.
        if is_mine and said is Said.NO_SUCH_NUMBER:
            ended(message, has_arrived=False, for_good=True)
    elif said is Said.UNSURE and not form.takes_key:
        mine.update(
            state=State.IN_DOUBT,
            reason="in_doubt",
            detail=detail,
            sent_at=now,
            parts=one.parts,
            language=one.language,
        )
    elif said is Said.OTHER_WAY:
        # Zalo does not know this number, and took nothing: it goes by SMS from now.
        if mine.update(state=State.WAITING, via=Message.Via.SMS, provider=None, detail=detail):
            post_soon()
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
    if any(a.is_token_ended for a in answers):
        Provider.objects.filter(pk=provider.pk).update(access_ends_at=None)
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
