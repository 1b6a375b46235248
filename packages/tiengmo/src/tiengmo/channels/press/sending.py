"""Letters on their way: each is taken, marked, handed over and marked again.

The mark before the handing over is what makes a killed worker harmless: a letter that is found
"sending" later was perhaps sent. It is not sent again; it is counted as in doubt.
"""

from __future__ import annotations

import logging
import smtplib
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.mail import get_connection
from django.db.models import F, Q
from django.utils import timezone

from tiengmo.channels.press.channel import OUTLET, standing_of
from tiengmo.channels.press.composing import compose
from tiengmo.channels.press.models import Journalist, Letter
from tiengmo.channels.press.posting import post_soon
from tiengmo.channels.press.queries import CHANNEL
from tiengmo.foundation.sealing import Unreadable
from tiengmo.releases.actions import move_delivery
from tiengmo.releases.models import Delivery

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.core.mail.backends.base import BaseEmailBackend

logger = logging.getLogger(__name__)

BATCH = 100
# No mail server keeps us waiting longer for one letter; who is still "sending" then has died.
DOUBT_AFTER = timedelta(minutes=10)
PERMANENT = 500  # RFC 5321, 4.2.1: from here on, trying again is pointless
# RFC 5321, 4.5.4.1: what is refused for now is tried again half an hour later, for five days.
AGAIN_AFTER, GIVEN_UP_AFTER = timedelta(minutes=30), timedelta(days=5)
AT_FIRST = timedelta(seconds=1)  # a letter that changed no later than that was never tried


def send_waiting(connect: Callable[[], BaseEmailBackend] = get_connection) -> int:
    """Send what waits over one connection; say how many letters went.

    A letter that is refused keeps no other from going. Raises OSError or smtplib.SMTPException
    when the mail server cannot be reached or takes nothing for now: what was not handed over waits
    again, and the outbox comes back later.
    """
    note_doubt()
    if not settings.EMAIL_URL:
        return 0  # they wait until an administrator names a mail server
    never_tried = Q(changed_at__lte=F("at") + AT_FIRST)
    letters = list(
        Letter.objects.filter(
            never_tried | Q(changed_at__lte=timezone.now() - AGAIN_AFTER),
            state=Letter.State.WAITING,
        )
        .select_related("journalist", "release__unit")
        .order_by("changed_at", "pk")[:BATCH]
    )
    if not letters:
        return 0
    connection = connect()
    connection.open()
    try:
        sent = sum(_send(letter, connection) for letter in letters)
    finally:
        connection.close()
        settle(letters)
    if len(letters) == BATCH:
        post_soon()
    return sent


def _send(letter: Letter, connection: BaseEmailBackend) -> int:
    """Hand one message over; give 1 when it went."""
    mine = Letter.objects.filter(pk=letter.pk)
    # Whoever changes the state takes it: two workers never take the same letter.
    waiting = mine.filter(state=Letter.State.WAITING)
    if not waiting.update(state=Letter.State.SENDING, changed_at=timezone.now()):
        return 0
    try:
        # Looked at again: an accreditation, a release may have ended since.
        letter.journalist.refresh_from_db()
        if letter.release is not None:
            letter.release.refresh_from_db()
        message = compose(letter)
    except Journalist.DoesNotExist:
        return 0  # erased a moment ago, and the letter with it
    except Unreadable:
        logger.exception("press: the key that sealed journalist %s is not here", letter.pk)
        message = None
    if message is None:
        _mark(letter, Letter.State.DROPPED)
        return 0
    try:
        connection.send_messages([message])
    except smtplib.SMTPRecipientsRefused as refused:
        is_for_good = all(code >= PERMANENT for code, _text in refused.recipients.values())
        if is_for_good:
            Journalist.objects.filter(pk=letter.journalist_id).update(bounced_at=timezone.now())
        _refuse(letter, is_for_good=is_for_good)
        return 0
    except smtplib.SMTPDataError as refused:
        _refuse(letter, is_for_good=refused.smtp_code >= PERMANENT)
        return 0
    except (smtplib.SMTPServerDisconnected, TimeoutError):
        raise  # perhaps it has it, perhaps not: the letter stays "sending" and becomes a doubt
    except (smtplib.SMTPException, OSError):
        # Not this letter's fault: it has its turn as before.
        mine.update(state=Letter.State.WAITING, changed_at=letter.changed_at)
        raise
    _mark(letter, Letter.State.SENT)
    return 1


def _refuse(letter: Letter, *, is_for_good: bool) -> None:
    """Note that the server did not take this one letter: it has another turn, or none any more."""
    is_old = letter.at < timezone.now() - GIVEN_UP_AFTER
    _mark(letter, Letter.State.REFUSED if is_for_good or is_old else Letter.State.WAITING)


def _mark(letter: Letter, state: str) -> None:
    Letter.objects.filter(pk=letter.pk).update(state=state, changed_at=timezone.now())


def note_doubt() -> int:
    """Mark what a process that died was sending; say how many."""
    lost = list(
        Letter.objects.filter(
            state=Letter.State.SENDING, changed_at__lt=timezone.now() - DOUBT_AFTER
        ).select_related("journalist")
    )
    for letter in lost:
        _mark(letter, Letter.State.IN_DOUBT)
    settle(lost)
    return len(lost)


def settle(letters: list[Letter]) -> None:
    """Bring the deliveries of these letters' outlets up to what became of the letters."""
    pairs = {(one.release_id, one.journalist.outlet_id) for one in letters if one.release_id}
    for release, outlet in pairs:
        rows = Delivery.objects.filter(
            release=release, channel=CHANNEL, target=f"{OUTLET}{outlet}"
        ).select_related("release")
        for delivery in rows:
            if delivery.release.status == delivery.release.Status.RELEASED:
                outcome = standing_of(delivery.release, delivery)
                move_delivery(
                    delivery, outcome.status, reason=outcome.reason, detail=outcome.detail
                )
