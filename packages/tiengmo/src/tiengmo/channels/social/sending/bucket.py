"""A network's token bucket, in its row: any number of workers and accounts share one rate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from tiengmo.channels.social.models import Network

if TYPE_CHECKING:
    from datetime import datetime


def network_of(code: str) -> Network:
    return Network.objects.get_or_create(code=code)[0]


def take_tokens(code: str, wanted: int, now: datetime | None = None) -> tuple[int, float]:
    """Take up to `wanted` tokens: how many were granted, and seconds until the next one.

    The bucket holds one second's worth, at least one. None while the network is left alone.
    """
    network_of(code)
    with transaction.atomic():
        locked = Network.objects.select_for_update().get(pk=code)
        now = now or timezone.now()
        if locked.paused_until is not None and locked.paused_until > now:
            return 0, (locked.paused_until - now).total_seconds()
        rate = locked.requests_per_second
        passed = max((now - locked.filled_at).total_seconds(), 0.0)
        tokens = min(locked.tokens + passed * rate, max(rate, 1.0))
        granted = min(wanted, int(tokens))
        tokens -= granted
        Network.objects.filter(pk=code).update(tokens=tokens, filled_at=now)
    return granted, max(1.0 - tokens, 0.0) / rate
