"""How accounts and networks have been answering: who does not is left alone for a while."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from tiengmo.channels.social import rules
from tiengmo.channels.social.models import Connection, Network
from tiengmo.channels.social.networks.form import Said

if TYPE_CHECKING:
    from tiengmo.channels.social.models import Account
    from tiengmo.channels.social.networks.form import Answer

BAD = (Said.NOT_YET, Said.ALL_WAIT, Said.TROUBLE, Said.UNSURE)
ALL_WAIT_SECONDS = 300.0


def note_answer(account: Account, answer: Answer, milliseconds: int) -> None:
    now = timezone.now()
    connection = Connection.objects.get(account=account)
    mine = Connection.objects.filter(pk=connection.pk)
    if answer.said is Said.TOKEN_ENDED:
        if connection.access_ends_at is not None and connection.failures == 0:
            # Renewed at the next try. When that does not help either, it is trouble like another.
            mine.update(access_ends_at=now, failures=1)
            return
        mine.update(access_ends_at=now)
    elif answer.said not in BAD:
        before = connection.answer_ms if connection.answer_ms is not None else milliseconds
        mine.update(
            failures=0,
            failing_since=None,
            trouble="",
            paused_until=None,
            last_answer_at=now,
            answer_ms=(before * 4 + milliseconds) // 5,
        )
        return
    elif (
        answer.said is Said.NOT_YET and answer.detail.startswith("Zalo") and not answer.wait_seconds
    ):
        return  # an article that is still being made is no trouble
    wait = answer.wait_seconds
    if answer.said is Said.ALL_WAIT:
        Network.objects.filter(pk=account.network).update(
            paused_until=now + timedelta(seconds=wait or ALL_WAIT_SECONDS)
        )
        return
    failures = connection.failures + 1
    changes: dict[str, Any] = {
        "failures": failures,
        "failing_since": connection.failing_since or now,
        "trouble": answer.detail[:300],
        "paused_until": now
        + timedelta(seconds=wait if wait is not None else rules.pause_seconds(failures)),
    }
    mine.update(**changes)
