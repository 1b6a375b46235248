"""Posts on their way: each is claimed, handed over, and what was said of it written down.

The claim before the handing over is what makes a killed worker harmless: a post found "sending"
later was perhaps taken, and is looked for on the account's own page before anybody is asked.
"""

from __future__ import annotations

import logging
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone, translation

from tiengmo.channels.social import rules
from tiengmo.channels.social.composing import content_of
from tiengmo.channels.social.models import Post
from tiengmo.channels.social.networks import FORMS, console, exchange
from tiengmo.channels.social.networks.form import Access, Answer, Said
from tiengmo.channels.social.sending.access import base_url_of, ready
from tiengmo.channels.social.sending.bucket import network_of, take_tokens
from tiengmo.channels.social.sending.health import note_answer
from tiengmo.channels.social.sending.recovering import UNTRUE, end_overdue, end_untrue, recover
from tiengmo.channels.social.sending.writing import write_down
from tiengmo.outbox.registry import Later

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import httpx
    from django.db.models import QuerySet

    from tiengmo.channels.social.rules import Content

logger = logging.getLogger(__name__)

Act, State = Post.Act, Post.State
AT_ONCE = 8
# One run of the worker's entry; then others have their turn.
RUN_SECONDS = 5.0
LOOK_AGAIN_SECONDS = 60.0
SHORT_SECONDS = 5.0
# Nobody else takes what is being asked about.
LEASE = timedelta(seconds=60)
LOOKS = len(rules.LOOK_AFTER_SECONDS)


@dataclass
class Job:
    """A claimed post, what is asked of the network, and what it said."""

    post: Post
    step: str  # publish | edit | remove | follow_up | look
    go: Callable[[], Answer]
    answer: Answer | None = None
    milliseconds: int = 0


def post_due() -> None:
    """Handle what is due for as long as one run lasts. Raises Later while something waits."""
    end_overdue()
    recover()
    end_untrue()
    until = time.monotonic() + RUN_SECONDS
    wait: float | None = None
    with exchange.client() as http, ThreadPoolExecutor(AT_ONCE) as threads:
        while time.monotonic() < until:
            codes = list(due_now().values_list("account__network", flat=True).distinct().order_by())
            handled = False
            for code in codes:
                granted, seconds = take_tokens(code, AT_ONCE)
                if granted == 0:
                    wait = seconds if wait is None else min(wait, seconds)
                    continue
                handled = True
                _handle(claim(code, granted), http, threads)
            if not codes:
                break
            if not handled:
                if wait is None or wait > max(until - time.monotonic(), 0.0):
                    break
                time.sleep(wait)
                wait = None
    end_untrue()
    later = seconds_to_next()
    if later is not None:
        # One network that is left alone must not keep the others waiting.
        raise Later(later or min(max(wait or 0.0, 0.0), SHORT_SECONDS))


def due_now() -> QuerySet[Post]:
    """What can be asked now: of accounts that are used and not being left alone."""
    now = timezone.now()
    return _waiting().filter(
        Q(account__connection__paused_until=None) | Q(account__connection__paused_until__lte=now),
        account__connection__is_used=True,
        due_at__lte=now,
    )


def _waiting() -> QuerySet[Post]:
    rows = Post.objects.filter(
        Q(state__in=(State.WAITING, State.PROCESSING)) | Q(state=State.IN_DOUBT, looks__lt=LOOKS)
    )
    # What was taken back or replaced meanwhile is not published.
    return rows.exclude(UNTRUE & Q(state=State.WAITING) & ~Q(act=Act.REMOVE))


def seconds_to_next() -> float | None:
    """When to look again: None when nothing waits."""
    first = _waiting().order_by("due_at").values_list("due_at", flat=True).first()
    if first is None:
        return None
    wait = (first - timezone.now()).total_seconds()
    if wait > 0:
        return min(wait, LOOK_AGAIN_SECONDS)
    if due_now().exists():
        return 0.0
    # Due, and yet not handled: its account is left alone, or not connected.
    paused = (
        _waiting()
        .filter(account__connection__paused_until__gt=timezone.now())
        .order_by("account__connection__paused_until")
        .values_list("account__connection__paused_until", flat=True)
        .first()
    )
    if paused is None:
        return LOOK_AGAIN_SECONDS
    return min((paused - timezone.now()).total_seconds(), LOOK_AGAIN_SECONDS)


def claim(code: str, count: int) -> list[Post]:
    """Take the most urgent due posts of a network for this run; whoever marks one has it."""
    now = timezone.now()
    with transaction.atomic():
        rows = (
            due_now()
            .filter(account__network=code)
            .select_for_update(skip_locked=True, of=("self",))
            .order_by("urgency", "due_at")
        )
        found = list(rows[:count])
        ids = [one.pk for one in found]
        waiting = [one.pk for one in found if one.state == State.WAITING]
        Post.objects.filter(pk__in=waiting).update(
            state=State.SENDING, claimed_at=now, attempts=F("attempts") + 1
        )
        Post.objects.filter(pk__in=ids).update(due_at=now + LEASE)
        Post.objects.filter(pk__in=waiting, act=Act.PUBLISH).update(tried_at=now)
    return list(
        Post.objects.filter(pk__in=ids)
        .select_related("account__connection", "account__unit", "release__unit", "delivery")
        .prefetch_related("release__renditions")
    )


def _handle(posts: Sequence[Post], http: httpx.Client, threads: ThreadPoolExecutor) -> None:
    jobs = [_job(post, http) for post in posts]

    def go(job: Job) -> None:
        began = time.monotonic()
        job.answer = job.go()
        job.milliseconds = int((time.monotonic() - began) * 1000)

    # Threads only speak with the network; the database is this thread's.
    list(threads.map(go, jobs))
    for job in jobs:
        answer = job.answer
        if answer is None:
            continue
        if not job.post.account.connection.is_trial:
            note_answer(job.post.account, answer, job.milliseconds)
        write_down(job.post, job.step, answer)


def _job(post: Post, http: httpx.Client) -> Job:
    step = {State.PROCESSING: "follow_up", State.IN_DOUBT: "look"}.get(
        State(post.state), str(post.act)
    )
    connection = post.account.connection
    # In the words that citizens read, whatever language staff have chosen.
    with translation.override(settings.LANGUAGE_CODE):
        content = content_of(post)
        if content is None:
            return Job(post, step, lambda: Answer(Said.REFUSED, "no text"))
        if connection.is_trial:
            return Job(post, step, _on_trial(post, step, content))
        access = ready(connection, http)
        if isinstance(access, Answer):
            told = access
            return Job(post, step, lambda: told)
        return Job(post, step, _asking(post, step, content, access, http))


def _asking(
    post: Post, step: str, content: Content, access: Access, http: httpx.Client
) -> Callable[[], Answer]:
    form = FORMS[post.account.network]
    base_url = base_url_of(network_of(form.code))
    read = form.read
    if step == "publish":
        asked = form.publish(access, content)
    elif step == "edit":
        asked = form.edit(access, post.reference, content)
    elif step == "remove":
        asked = form.remove(access, post.reference)
    elif step == "follow_up":
        asked, read = form.follow_up(access, post.ticket), form.read_follow_up
    else:
        since = (post.tried_at or post.release.cleared_at) - timedelta(minutes=2)
        asked = form.look(access)

        def read(_status: int, body: object) -> Answer:
            with translation.override(settings.LANGUAGE_CODE):
                return form.find(body, content, since)

    return lambda: exchange.ask(asked, read, base_url=base_url, http=http)


def _on_trial(post: Post, step: str, content: Content) -> Callable[[], Answer]:
    form = FORMS[post.account.network]
    access = Access(post.account.external_id or post.account.key, {})
    asked = {
        "publish": lambda: form.publish(access, content),
        "edit": lambda: form.edit(access, post.reference, content),
    }.get(step, lambda: form.remove(access, post.reference))()
    return lambda: console.write(step, str(post.pk), post.account.name, asked)
