"""A token bucket in the row of whoever is asked: any number of workers share one rate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

if TYPE_CHECKING:
    from datetime import datetime

    from django.db import models


def take_tokens(asked: models.Model, wanted: int, now: datetime | None = None) -> tuple[int, float]:
    """Take up to `wanted` tokens: how many were granted, and seconds until the next one.

    asked: a row with `requests_per_second`, `tokens` and `filled_at`. The bucket holds one second's
    worth, at least one.
    """
    rows = type(asked)._default_manager  # noqa: SLF001 (Django's documented name for it)
    with transaction.atomic():
        locked: Any = rows.select_for_update().get(pk=asked.pk)
        now = now or timezone.now()
        rate: float = locked.requests_per_second
        passed = max((now - locked.filled_at).total_seconds(), 0.0)
        tokens = min(locked.tokens + passed * rate, max(rate, 1.0))
        granted = min(wanted, int(tokens))
        tokens -= granted
        rows.filter(pk=locked.pk).update(tokens=tokens, filled_at=now)
    return granted, max(1.0 - tokens, 0.0) / rate
