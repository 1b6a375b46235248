"""Telling screens that something changed, at the price of one small file for all of them.

Every screen asks for the same file every few seconds; nginx answers from a copy that is a second
old at most, so a thousand screens cost the application one request a second. A connection held
open to each (server-sent events) would tell them two seconds sooner and cost a thread a screen.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from tiengmo.channels.screens.models import Beat
from tiengmo.releases.models import Release

if TYPE_CHECKING:
    from collections.abc import Iterable

# A screen that was away for longer asks for its playlist before it shows anything.
NAMED_FOR = timedelta(days=4)


def beat(unit_ids: Iterable[int]) -> None:
    """Have the screens of these units fetch their playlists, once the caller's work commits."""
    with transaction.atomic():
        # In one order, so that two of these never wait for each other.
        for pk in sorted(set(unit_ids)):
            Beat.objects.get_or_create(unit_id=pk)
            Beat.objects.filter(unit_id=pk).update(count=F("count") + 1)


def counts() -> dict[str, int]:
    """How often something changed, by unit code."""
    return {f"u{pk}": count for pk, count in Beat.objects.values_list("unit_id", "count")}


def taken_back() -> list[str]:
    """Releases that no screen may show any more: withdrawn, or replaced by a newer version."""
    since = timezone.now() - NAMED_FOR
    withdrawn = Q(status=Release.Status.WITHDRAWN, withdrawn_at__gt=since)
    replaced = Q(replaced_by__released_at__gt=since)
    rows = Release.objects.filter(withdrawn | replaced, screen_cards__isnull=False)
    return sorted({str(pk) for pk in rows.order_by().values_list("pk", flat=True)})
