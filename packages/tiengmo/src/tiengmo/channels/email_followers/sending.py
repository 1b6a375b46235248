"""Letters on their way: each is taken, marked, handed over and marked again.

The mark before the handing over is what makes a killed worker harmless: a letter that is found
"sending" later was perhaps sent. It is not sent again; it is counted as in doubt.
"""

from __future__ import annotations

import logging
import smtplib
from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from django.core.mail import get_connection
from django.utils import timezone

from tiengmo.channels.email_followers.actions import end_following
from tiengmo.channels.email_followers.bounces import is_gone
from tiengmo.channels.email_followers.composing import compose
from tiengmo.channels.email_followers.models import Follower, Letter
from tiengmo.channels.email_followers.posting import post_soon
from tiengmo.channels.email_followers.sealing import Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from django.core.mail.backends.base import BaseEmailBackend

logger = logging.getLogger(__name__)

BATCH = 100
# No mail server keeps us waiting longer for one letter; who is still "sending" then has died.
DOUBT_AFTER = timedelta(minutes=10)
KEPT = timedelta(days=30)
DAILY_HOUR = 17  # after work, before supper
PERMANENT = 500  # RFC 5321, 4.2.1: from here on, trying again is pointless


def send_waiting(connect: Callable[[], BaseEmailBackend] = get_connection) -> int:
    """Send what waits over one connection; say how many letters went.

    Raises OSError or smtplib.SMTPException when the mail server cannot be reached or refuses for
    now: what was not handed over waits again, and the outbox comes back later.
    """
    note_doubt()
    letters = list(
        Letter.objects.filter(state=Letter.State.WAITING)
        .select_related("follower", "release__unit")
        .order_by("pk")[:BATCH]
    )
    if not letters:
        return 0
    connection = connect()
    connection.open()
    try:
        sent = sum(_send([letter], connection) for letter in letters)
    finally:
        connection.close()
    if len(letters) == BATCH:
        post_soon()
    return sent


def send_daily(
    *, held_before: datetime, connect: Callable[[], BaseEmailBackend] = get_connection
) -> int:
    """One letter for each follower who wants one a day, from what was held since the last."""
    held = list(
        Letter.objects.filter(state=Letter.State.HELD, at__lt=held_before)
        .select_related("follower", "release__unit")
        .order_by("follower_id", "pk")
    )
    if not held:
        return 0
    connection = connect()
    connection.open()
    try:
        return sum(
            _send(list(letters), connection)
            for _follower, letters in groupby(held, key=lambda letter: letter.follower_id)
        )
    finally:
        connection.close()


def _send(letters: Sequence[Letter], connection: BaseEmailBackend) -> int:
    """Hand one message over; give 1 when it went."""
    before = letters[0].state
    mine = Letter.objects.filter(pk__in=[letter.pk for letter in letters])
    # Whoever changes the state takes it: two workers never take the same letter.
    now = timezone.now()
    if not mine.filter(state=before).update(state=Letter.State.SENDING, changed_at=now):
        return 0
    # Without what was dropped meanwhile, and as things stand now: the last look before acting.
    letters = list(
        mine.filter(state=Letter.State.SENDING, changed_at=now)
        .select_related("follower", "release__unit")
        .order_by("pk")
    )
    mine = Letter.objects.filter(pk__in=[letter.pk for letter in letters])
    if not letters:
        return 0
    follower = Follower.objects.filter(pk=letters[0].follower_id).first()
    if follower is None:
        return 0  # left a moment ago, and the letters with them
    try:
        message = compose(letters)
    except Unreadable:
        logger.exception("letters: the key that sealed follower %s is not here", follower)
        _mark(mine, Letter.State.DROPPED)
        return 0
    if message is None:
        _mark(mine, Letter.State.DROPPED)
        return 0
    try:
        connection.send_messages([message])
    except smtplib.SMTPRecipientsRefused as refused:
        if all(_is_of_nobody(*answer) for answer in refused.recipients.values()):
            end_following(follower, why="bounced")
            return 0
        _mark(mine, before)
        raise
    except (smtplib.SMTPServerDisconnected, TimeoutError):
        raise  # perhaps it has it, perhaps not: the letter stays "sending" and becomes a doubt
    except (smtplib.SMTPException, OSError):
        _mark(mine, before)
        raise
    _mark(mine, Letter.State.SENT)
    return 1


def _is_of_nobody(code: int, text: bytes) -> bool:
    """No such address, says the server; "relay denied" or "spam" says nothing of the address."""
    return code >= PERMANENT and is_gone(text.decode("utf-8", "replace"))


def _mark(letters: object, state: str) -> None:
    letters.update(state=state, changed_at=timezone.now())  # type: ignore[attr-defined]


def note_doubt() -> int:
    """Mark what a process that died was sending; say how many."""
    return Letter.objects.filter(
        state=Letter.State.SENDING, changed_at__lt=timezone.now() - DOUBT_AFTER
    ).update(state=Letter.State.IN_DOUBT, changed_at=timezone.now())


def forget_old_letters() -> int:
    """Erase who was told of what a month ago; say how many rows."""
    ended = (Letter.State.SENT, Letter.State.IN_DOUBT, Letter.State.DROPPED)
    old = Letter.objects.filter(state__in=ended, changed_at__lt=timezone.now() - KEPT)
    count = old.count()
    old.delete()
    return count
