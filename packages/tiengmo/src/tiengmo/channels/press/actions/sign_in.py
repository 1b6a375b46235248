from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from tiengmo.audit.actions import record
from tiengmo.audit.actors import SYSTEM
from tiengmo.channels.press.models import Letter, Reading, RoomKey, RoomSession
from tiengmo.channels.press.posting import post_soon
from tiengmo.channels.press.queries import accredited
from tiengmo.channels.press.rules import LINKS_WITHIN, MOST_LINKS, SESSION_LASTS
from tiengmo.channels.press.sealing import ADDRESSES, new_token, token_hash

if TYPE_CHECKING:
    from tiengmo.channels.press.models import Journalist, PressItem


def ask_for_link(address: str) -> None:
    """Mail a link to sign in with, when somebody accredited has this address; else do nothing.

    Nobody is told which of the two it was.
    """
    with transaction.atomic():
        journalist = (
            accredited()
            .select_for_update(of=("self",))
            .filter(address_hash=ADDRESSES.hash_of(address))
            .first()
        )
        if journalist is None:
            return
        asked = journalist.letters.filter(
            kind=Letter.Kind.SIGN_IN, at__gt=timezone.now() - LINKS_WITHIN
        )
        if asked.count() >= MOST_LINKS:
            return
        Letter.objects.create(journalist=journalist, kind=Letter.Kind.SIGN_IN)
        post_soon()


def open_room(token: str) -> str | None:
    """Use a mailed link up and give what the browser keeps; None when it is no good any more."""
    now = timezone.now()
    with transaction.atomic():
        # Whoever marks it used has it: two clicks at once let one in.
        good = RoomKey.objects.filter(
            token_hash=token_hash(token),
            used_at=None,
            expires_at__gt=now,
            journalist__in=accredited(),
        )
        key = good.first()
        if key is None or not good.filter(pk=key.pk).update(used_at=now):
            return None
        kept = new_token()
        RoomSession.objects.create(
            journalist_id=key.journalist_id,
            token_hash=token_hash(kept),
            ends_at=now + SESSION_LASTS,
        )
        record("journalist.signed_in", by=SYSTEM, subject=f"journalist {key.journalist_id}")
    return kept


def leave_room(token: str) -> None:
    RoomSession.objects.filter(token_hash=token_hash(token)).delete()


def note_reading(item: PressItem, journalist: Journalist) -> None:
    """Note the first time that a journalist opened something under embargo."""
    Reading.objects.get_or_create(item=item, journalist=journalist)
