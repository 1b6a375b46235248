from __future__ import annotations

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from tiengmo.audit.actions import record
from tiengmo.audit.actors import SYSTEM
from tiengmo.channels.press import rules
from tiengmo.channels.press.models import Journalist, Letter, Reading, RoomKey, RoomSession


def erase_journalist(journalist: Journalist, *, why: str) -> None:
    """Erase a journalist with letters and readings, signed out everywhere. why: left, expired."""
    with transaction.atomic():
        record(
            "journalist.erased",
            by=SYSTEM,
            subject=f"journalist {journalist.pk}",
            detail={"why": why},
        )
        Journalist.objects.filter(pk=journalist.pk).delete()


def forget_old() -> int:
    """Erase what is past its time; say how many journalists."""
    now, today = timezone.now(), timezone.localdate()
    RoomSession.objects.filter(ends_at__lt=now).delete()
    RoomKey.objects.filter(expires_at__lt=now - rules.SESSION_LASTS).delete()
    Reading.objects.filter(at__lt=now - rules.READING_KEPT).delete()
    Letter.objects.filter(release=None, changed_at__lt=now - rules.LETTER_KEPT).exclude(
        state__in=(Letter.State.WAITING, Letter.State.SENDING)
    ).delete()
    states = Journalist.State
    ungranted = Q(state=states.ASKED, asked_at__lt=now - rules.REQUEST_KEPT) | Q(
        state=states.REFUSED, decided_at__lt=now - rules.REQUEST_KEPT
    )
    ended = Q(state=states.ENDED, decided_at__lt=now - rules.ENDED_KEPT) | Q(
        state=states.ACCREDITED, accredited_until__lt=today - rules.ENDED_KEPT
    )
    gone = list(Journalist.objects.filter(ungranted | ended))
    for journalist in gone:
        erase_journalist(journalist, why="expired")
    return len(gone)
