"""Notices on their way: each is claimed, handed over, and what was said of it written down.

A worker that dies in between leaves it "sending"; it is handed over again, for on the device the
second takes the place of the first.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from tiengmo.channels.bucket import take_tokens
from tiengmo.channels.messages import rules as pace
from tiengmo.channels.messages import sealing
from tiengmo.channels.messages.sending.quiet import NEWS_URGENCY, Quiet
from tiengmo.channels.web_push import rules
from tiengmo.channels.web_push.composing import compose, tag_of
from tiengmo.channels.web_push.models import Browser, Notice, PushService
from tiengmo.channels.web_push.posting import settle_soon
from tiengmo.channels.web_push.sending import handing_over
from tiengmo.channels.web_push.sending.handing_over import Answer, Parcel, Said
from tiengmo.outbox.registry import Later
from tiengmo.releases.models import Priority, Release

if TYPE_CHECKING:
    from collections.abc import Sequence

    import httpx
    from django.db.models import QuerySet

State = Notice.State
AT_ONCE = 16
RUN_SECONDS = 5.0
LOOK_AGAIN_SECONDS = 60.0
# No request lasts longer than its time-outs.
DEAD_AFTER = timedelta(seconds=45)


@dataclass
class Handed:
    notice: Notice
    parcel: Parcel
    language: str
    answer: Answer | None = None


def send_due() -> None:
    """Send what is due for as long as one run lasts. Raises Later while something waits."""
    _tidy_up()
    until, quiet = time.monotonic() + RUN_SECONDS, Quiet()
    with handing_over.client() as http, ThreadPoolExecutor(AT_ONCE) as threads:
        while time.monotonic() < until:
            sent = sum(
                _send_some(service, http, threads, quiet)
                for service in PushService.objects.filter(
                    pk__in=due_now(quiet).order_by().values("browser__service")
                )
            )
            if not sent:
                break
    later = _seconds_to_next(quiet)
    if later is not None:
        raise Later(later)


def due_now(quiet: Quiet) -> QuerySet[Notice]:
    """Notices that may go now: not in quiet hours, not to a service that asked for a pause."""
    now = timezone.now()
    rows = Notice.objects.filter(
        Q(browser__service__paused_until=None) | Q(browser__service__paused_until__lte=now),
        Q(kind=Notice.Kind.NEWS, release__status=Release.Status.RELEASED)
        | Q(kind=Notice.Kind.WITHDRAWAL, release__status=Release.Status.WITHDRAWN),
        state=State.WAITING,
        due_at__lte=now,
        expires_at__gt=now,
        # It would take the place of its own correction.
    ).exclude(release__replaced_by__released_at__isnull=False)
    waiting = Notice.objects.filter(state=State.WAITING, urgency=NEWS_URGENCY)
    units = quiet.units(waiting)
    return rows.exclude(urgency=NEWS_URGENCY, village__unit__in=units) if units else rows


def _tidy_up() -> None:
    """What has lost its browser, its time or its truth is not sent; what a dead worker left is."""
    now = timezone.now()
    rows = Notice.objects.filter(state=State.SENDING, claimed_at__lt=now - DEAD_AFTER)
    rows.update(state=State.WAITING)
    waiting = Notice.objects.filter(state=State.WAITING)
    news = waiting.filter(kind=Notice.Kind.NEWS)
    for lost, change in (
        (waiting.filter(browser=None), {"state": State.CANCELLED}),
        (news.filter(release__status=Release.Status.WITHDRAWN), {"state": State.CANCELLED}),
        (news.filter(release__replaced_by__released_at__isnull=False), {"state": State.CANCELLED}),
        (waiting.filter(expires_at__lte=now), {"state": State.FAILED, "reason": "too_late"}),
    ):
        found = list(lost.values_list("pk", "delivery"))
        Notice.objects.filter(pk__in=[pk for pk, _d in found], state=State.WAITING).update(
            ended_at=now, **change
        )
        settle_soon({delivery for _pk, delivery in found})


def _send_some(
    service: PushService, http: httpx.Client, threads: ThreadPoolExecutor, quiet: Quiet
) -> int:
    granted, seconds = take_tokens(service, AT_ONCE)
    if not granted:
        time.sleep(min(seconds, 0.2))
        return 1  # something waits for its turn
    notices = _claim(service, granted, quiet)
    handed = [one for notice in notices if (one := _prepared(notice)) is not None]

    def go(one: Handed) -> None:
        one.answer = handing_over.hand_over(one.parcel, http)

    # Threads only speak with the push service; the database is this thread's.
    list(threads.map(go, handed))
    for one in handed:
        _write_down(one)
    _note_health(service, [one.answer for one in handed if one.answer is not None])
    settle_soon({notice.delivery_id for notice in notices})
    return len(notices)


def _claim(service: PushService, count: int, quiet: Quiet) -> Sequence[Notice]:
    with transaction.atomic():
        rows = (
            due_now(quiet)
            .filter(browser__service=service)
            .select_for_update(skip_locked=True, of=("self",))
            .order_by("urgency", "due_at")
        )
        ids = [row.pk for row in rows[:count]]
        Notice.objects.filter(pk__in=ids, state=State.WAITING).update(
            state=State.SENDING, claimed_at=timezone.now(), attempts=F("attempts") + 1
        )
    return list(
        Notice.objects.filter(pk__in=ids)
        .select_related("browser", "village__unit", "release__replaces")
        .prefetch_related("release__renditions")
    )


def _prepared(notice: Notice) -> Handed | None:
    text, language = compose(notice)
    subscription = None
    if notice.browser is not None:
        try:
            kept = sealing.unseal(notice.browser.sealed_subscription)
            subscription = rules.Subscription.of_kept(kept)
        except sealing.Unreadable:
            subscription = None
    if not text or subscription is None:
        Notice.objects.filter(pk=notice.pk, state=State.SENDING).update(
            # This claim handed nothing over.
            state=State.CANCELLED,
            ended_at=timezone.now(),
            attempts=F("attempts") - 1,
        )
        return None
    left = (notice.expires_at - timezone.now()).total_seconds()
    is_news = notice.kind == Notice.Kind.NEWS
    parcel = Parcel(
        subscription=subscription,
        text=text,
        ttl_seconds=max(60, round(left)),
        urgency=rules.URGENCIES[Priority(notice.release.priority)]
        if is_news
        else rules.WITHDRAWAL_URGENCY,
        topic=tag_of(notice.release),
    )
    return Handed(notice, parcel, language)


def _write_down(one: Handed) -> None:
    answer, notice = one.answer, one.notice
    assert answer is not None  # noqa: S101 (go() gave one)
    now = timezone.now()
    # The device may have been quicker than the answer: that it showed it stands.
    mine = Notice.objects.filter(pk=notice.pk, state=State.SENDING)
    Notice.objects.filter(pk=notice.pk).update(language=one.language)
    if answer.said is Said.ACCEPTED:
        mine.update(state=State.ACCEPTED, reason="", detail=answer.detail, sent_at=now)
        Browser.objects.filter(pk=notice.browser_id, failures__gt=0).update(failures=0)
    elif answer.said is Said.GONE:
        mine.update(state=State.FAILED, reason="browser_gone", detail=answer.detail, ended_at=now)
        Browser.objects.filter(pk=notice.browser_id).delete()
    elif answer.said is Said.REFUSED:
        mine.update(state=State.FAILED, reason="push_refused", detail=answer.detail, ended_at=now)
        Browser.objects.filter(pk=notice.browser_id).update(failures=F("failures") + 1)
        Browser.objects.filter(pk=notice.browser_id, failures__gte=rules.MOST_FAILURES).delete()
    else:
        wait = answer.wait_seconds or pace.back_off_seconds(notice.attempts)
        mine.update(state=State.WAITING, detail=answer.detail, due_at=now + timedelta(seconds=wait))


def _note_health(service: PushService, answers: Sequence[Answer]) -> None:
    """Leave a push service alone that asks for it or does not answer."""
    bad = [one for one in answers if one.said in (Said.NOT_YET, Said.REFUSED)]
    good = [one for one in answers if one.said in (Said.ACCEPTED, Said.GONE)]
    now = timezone.now()
    mine = PushService.objects.filter(pk=service.pk)
    if good:
        mine.update(
            failures=0, failing_since=None, trouble="", paused_until=None, last_answer_at=now
        )
    asked = [one.wait_seconds for one in bad if one.wait_seconds is not None]
    if not asked and (good or not bad):
        return
    is_away = any(one.said is Said.NOT_YET for one in bad)
    wait = max(asked) if asked else pace.pause_seconds(service.failures + 1)
    mine.update(
        failures=F("failures") + 1,
        failing_since=service.failing_since or now,
        trouble=bad[-1].detail[:300],
        paused_until=now + timedelta(seconds=wait) if is_away else None,
    )


def _seconds_to_next(quiet: Quiet) -> float | None:
    rows = Notice.objects.filter(state=State.WAITING).order_by("due_at")
    first = rows.values_list("due_at", flat=True).first()
    if first is None:
        return None
    if due_now(quiet).exists():
        return 0.0
    wait = (first - timezone.now()).total_seconds()
    pauses = PushService.objects.filter(paused_until__gt=timezone.now())
    ends = pauses.order_by("paused_until").values_list("paused_until", flat=True).first()
    if ends is not None:
        wait = max(wait, (ends - timezone.now()).total_seconds())
    # Due, and yet not sent: in quiet hours.
    return min(wait, LOOK_AGAIN_SECONDS) if wait > 0 else LOOK_AGAIN_SECONDS
