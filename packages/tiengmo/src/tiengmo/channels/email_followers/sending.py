"""Letters on their way: each is taken, marked, handed over and marked again.

The mark before the handing over is what makes a killed worker harmless: a letter that is found
"sending" later was perhaps sent. It is not sent again; it is counted as in doubt.
"""

from __future__ import annotations

import logging
import smtplib
import time
from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from django.core.mail import get_connection
from django.db.models import Min, Q
from django.utils import timezone

from tiengmo.channels.email_followers.actions import end_following
from tiengmo.channels.email_followers.bounces import is_gone
from tiengmo.channels.email_followers.composing import compose
from tiengmo.channels.email_followers.errors import LettersRefused
from tiengmo.channels.email_followers.models import Follower, Letter
from tiengmo.channels.email_followers.posting import post_daily_soon, post_soon
from tiengmo.channels.email_followers.sealing import Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from django.core.mail.backends.base import BaseEmailBackend

logger = logging.getLogger(__name__)

BATCH = 100
# One run of the worker's entry; then texts and notices have their turn.
RUN_SECONDS = 5.0
# No mail server keeps us waiting longer for one letter; who is still "sending" then has died.
DOUBT_AFTER = timedelta(minutes=10)
KEPT = timedelta(days=30)
STAYS_NEWS = timedelta(days=3)
PUTS_RIGHT = (Letter.Kind.CORRECTION, Letter.Kind.WITHDRAWAL)
DAILY_HOUR = 17  # after work, before supper
PERMANENT = 500  # RFC 5321, 4.2.1: from here on, trying again is pointless
CLOSING = 421  # RFC 5321, 3.8: it closes the connection


def last_closing() -> datetime:
    """When the last day's letter was closed: what was held before belongs to it."""
    now = timezone.localtime()
    closing = now.replace(hour=DAILY_HOUR, minute=0, second=0, microsecond=0)
    return closing if closing <= now else closing - timedelta(days=1)


def send_waiting(connect: Callable[[], BaseEmailBackend] = get_connection) -> int:
    """Send what waits over one connection; say how many letters went.

    Raises OSError or smtplib.SMTPException when the mail server cannot be reached, LettersRefused
    when it did not take some: what was not handed over waits again, and the outbox comes back
    later.
    """
    note_doubt()
    drop_old()
    letters = (
        Letter.objects.filter(state=Letter.State.WAITING)
        .select_related("follower", "release__unit")
        # One that was refused stands behind those that were not tried since.
        .order_by("changed_at", "pk")[:BATCH]
    )
    return _send_each([[letter] for letter in letters], connect, post_soon)


def send_daily(
    *, held_before: datetime, connect: Callable[[], BaseEmailBackend] = get_connection
) -> int:
    """One letter for each follower who wants one a day, from what was held since the last.

    So many followers at a time. Raises what send_waiting() does.
    """
    drop_old()
    held = Letter.objects.filter(state=Letter.State.HELD, at__lt=held_before)
    followers = held.order_by().values_list("follower").annotate(first=Min("changed_at"))
    ids = [pk for pk, _first in followers.order_by("first", "follower")[:BATCH]]
    letters = (
        held.filter(follower__in=ids)
        .select_related("follower", "release__unit")
        .order_by("follower_id", "pk")
    )
    piles = [list(pile) for _pk, pile in groupby(letters, key=lambda letter: letter.follower_id)]
    return _send_each(piles, connect, post_daily_soon)


def _send_each(
    piles: Sequence[Sequence[Letter]],
    connect: Callable[[], BaseEmailBackend],
    go_on: Callable[[], None],
) -> int:
    """One message for each pile. One that is refused holds up no other."""
    if not piles:
        return 0
    connection = connect()
    connection.open()
    until, sent, tried, refused = time.monotonic() + RUN_SECONDS, 0, 0, []
    try:
        for pile in piles:
            if tried and time.monotonic() > until:
                break
            tried += 1
            try:
                sent += _send(pile, connection)
            except LettersRefused as error:
                refused.append(error)
                if error.code == CLOSING:
                    break
    finally:
        connection.close()
    if refused and (refused[-1].code == CLOSING or len(refused) == tried):
        raise refused[-1]  # it takes none: the outbox's own pauses
    if tried < len(piles) or len(piles) == BATCH:
        go_on()
    if refused:
        raise refused[-1]
    return sent


def _send(letters: Sequence[Letter], connection: BaseEmailBackend) -> int:
    """Hand one message over; give 1 when it went. Raises LettersRefused: not this one, not now."""
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
        raise LettersRefused(next(iter(refused.recipients.values()))[0]) from None
    except smtplib.SMTPDataError as refused:
        _mark(mine, before)
        raise LettersRefused(refused.smtp_code) from None
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


def drop_old() -> int:
    """News that could not be handed over for three days is no news; say how many letters.

    Who was told what was wrong is told so for as long as it is known that they were told.
    """
    now = timezone.now()
    waiting = (Letter.State.WAITING, Letter.State.HELD)
    is_old = Q(at__lt=now - STAYS_NEWS) & ~Q(kind__in=PUTS_RIGHT) | Q(at__lt=now - KEPT)
    old = Letter.objects.filter(is_old, state__in=waiting)
    return old.update(state=Letter.State.DROPPED, changed_at=now)


def forget_old_letters() -> int:
    """Erase who was told of what a month ago; say how many rows."""
    ended = (Letter.State.SENT, Letter.State.IN_DOUBT, Letter.State.DROPPED)
    old = Letter.objects.filter(state__in=ended, changed_at__lt=timezone.now() - KEPT)
    count = old.count()
    old.delete()
    return count
