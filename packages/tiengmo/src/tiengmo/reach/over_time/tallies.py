"""Each release counted once, kept, and counted again when something came in for it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np
from django.db import transaction
from django.utils import timezone

from tiengmo.reach.models import Recount, Tally
from tiengmo.reach.queries import reach_of
from tiengmo.releases.models import Release

if TYPE_CHECKING:
    from django.db.models import QuerySet

COLUMNS = 6
KIND = np.dtype("<i4")
# Out there, or was: a release that waits for its hour has missed nobody yet.
OUT = (Release.Status.RELEASED, Release.Status.WITHDRAWN)


def count(release: Release) -> Tally:
    """Count a release and keep it; what comes in meanwhile has it counted again."""
    with transaction.atomic():
        # The worker and a page count one after the other: an older count never takes the place of
        # a newer one. News of the release comes in all the same.
        release = Release.objects.select_for_update(no_key=True).get(pk=release.pk)
        due = list(Recount.objects.filter(release=release).values_list("pk", flat=True))
        reach = reach_of(release)
        reasons: dict[str, int] = {"": 0}
        rows = [
            (
                row.pk,
                *row.reached,
                *row.in_first_language,
                reasons.setdefault("" if row.is_reached else row.reason, len(reasons)),
            )
            for row in reach.villages
        ]
        tally, _is_new = Tally.objects.update_or_create(
            release=release,
            defaults={
                "counted_at": timezone.now(),
                "counts_households": reach.counts_households,
                "villages": np.array(rows, dtype=KIND).reshape(-1, COLUMNS).tobytes(),
                "reasons": list(reasons),
            },
        )
        Recount.objects.filter(pk__in=due).delete()
    return tally


def table(tally: Tally) -> np.ndarray[Any, Any]:
    """The villages of a tally as a table of `COLUMNS` columns."""
    return np.frombuffer(bytes(tally.villages), dtype=KIND).reshape(-1, COLUMNS)


def uncounted() -> QuerySet[Release]:
    """Releases without a tally, and those for which something came in since; the newest first."""
    due = Recount.objects.order_by().values("release")
    out = Release.objects.filter(status__in=OUT)
    return (out.filter(tally=None) | out.filter(pk__in=due)).order_by("-released_at")


def recount(releases: QuerySet[Release] | None = None, *, seconds: float) -> int:
    """Count what is due, for at most this long; answer with how many are left."""
    began = time.monotonic()
    waiting = list(uncounted() if releases is None else releases)
    for done, release in enumerate(waiting):
        if time.monotonic() - began > seconds:
            return len(waiting) - done
        count(release)
    return 0
