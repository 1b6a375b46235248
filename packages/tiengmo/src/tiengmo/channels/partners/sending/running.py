"""One run: questions and pushes of all partners side by side, so that a slow one delays itself."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import F, Q
from django.utils import timezone

from tiengmo.channels.bucket import take_tokens
from tiengmo.channels.messages import rules as pace
from tiengmo.channels.partners.models import Partner, Push
from tiengmo.channels.partners.queries import partners_in_use, subscriptions_on
from tiengmo.channels.partners.sending import pushing, verifying
from tiengmo.outbox.registry import Later

if TYPE_CHECKING:
    from tiengmo.channels.partners.sending.exchange import Answer

    Job = verifying.Verification | pushing.Parcel

AT_ONCE = 16
# Of one partner's; of one that is failing, one, which shows when it is back.
EACH_AT_ONCE = 4
RUN_SECONDS = 5.0
# While some are slow, the others' go on so long.
LONGEST_RUN_SECONDS = 15.0
LOOK_SECONDS = 0.25
LOOK_AGAIN_SECONDS = 60.0


def send_due() -> None:
    """Ask and push what is due for as long as one run lasts. Raises Later while something waits."""
    pushing.put_in_order()
    began = time.monotonic()
    busy: dict[Future[Answer], Job] = {}
    with ThreadPoolExecutor(AT_ONCE) as threads:
        while True:
            passed = time.monotonic() - began
            if passed < (LONGEST_RUN_SECONDS if busy else RUN_SECONDS):
                for job in _claimed(busy):
                    # Threads only speak with partners; the database is this thread's.
                    busy[threads.submit(job.go)] = job
            if not busy:
                break
            done, _still = wait(busy, timeout=LOOK_SECONDS, return_when=FIRST_COMPLETED)
            for one in done:
                job, answer = busy.pop(one), one.result()
                job.write_down(answer)
                note_health(job.partner, answer)
    later = _seconds_to_next()
    if later is not None:
        raise Later(later)


def _claimed(busy: dict[Future[Answer], Job]) -> list[Job]:
    """What may begin now, a few of each partner."""
    of_each = Counter(job.partner.pk for job in busy.values())
    room = AT_ONCE - len(busy)
    found: list[Job] = []
    for partner in _ready():
        most = min(room, (1 if partner.failures else EACH_AT_ONCE) - of_each[partner.pk])
        if most <= 0:
            continue
        granted, _seconds = take_tokens(partner, most)
        jobs: list[Job] = list(verifying.claim(partner, granted)) if granted else []
        if granted > len(jobs):
            jobs += pushing.claim(partner, granted - len(jobs))
        room -= len(jobs)
        found += jobs
    return found


def _ready() -> list[Partner]:
    """Partners with something due that are not left alone; who waits longest comes first."""
    pushes = pushing.due_now().order_by().values("subscription__partner")
    questions = verifying.due_now().order_by().values("partner")
    rows = partners_in_use().filter(Q(pk__in=pushes) | Q(pk__in=questions))
    now = timezone.now()
    return list(
        rows.filter(Q(paused_until=None) | Q(paused_until__lte=now)).order_by("last_answer_at")
    )


def note_health(partner: Partner, answer: Answer) -> None:
    """Leave a partner alone that asks for it or does not answer."""
    now = timezone.now()
    mine = Partner.objects.filter(pk=partner.pk)
    if answer.is_success:
        mine.update(
            failures=0, failing_since=None, trouble="", paused_until=None, last_answer_at=now,
            answer_ms=answer.took_ms,
        )  # fmt: skip
        return
    current = mine.get()
    pause = answer.wait_seconds or pace.pause_seconds(current.failures + 1)
    mine.update(
        failures=F("failures") + 1,
        failing_since=current.failing_since or now,
        trouble=answer.detail[:300],
        paused_until=now + timedelta(seconds=pause) if answer.is_away else None,
        last_answer_at=now if answer.status else current.last_answer_at,
    )


def _seconds_to_next() -> float | None:
    now = timezone.now()
    pushes = Push.objects.filter(state=Push.State.WAITING, subscription__in=subscriptions_on())
    times = [
        max(due_at, paused or due_at)
        for due_at, paused in (
            *pushes.order_by("due_at").values_list("due_at", "subscription__partner__paused_until")[
                :1000
            ],
            *verifying.waiting().values_list("asked_due_at", "partner__paused_until"),
        )
    ]
    if not times:
        return None
    seconds = (min(times) - now).total_seconds()
    return min(max(seconds, 0.2), LOOK_AGAIN_SECONDS)
