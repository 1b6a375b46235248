"""Reads of runs: what reach counts, what a phone shows again, what a unit's people see."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Q
from django.utils import timezone

from tiengmo.outreach.sessions.rights import goes_out_in, reads_in

from .models import Pass, Run

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from django.db.models import QuerySet

    from tiengmo.people.models import User
    from tiengmo.releases.models import Release

MOST_OWN = 10


class Passed(NamedTuple):
    """A village that a run passed while a release's sound was played."""

    run_id: UUID
    village_id: int
    language: str
    is_tracked: bool


def passes_of(release: Release) -> list[Passed]:
    """Passes that count for a release: not withdrawn, and while it was out.

    A track says when a village was passed; without one the whole drive is judged.
    """
    rows = Pass.objects.filter(run__releases=release, run__withdrawn_at=None, counts=True)
    if release.released_at is not None:
        rows = rows.filter(Q(last_at=None) | Q(last_at__gt=release.released_at))
    if release.withdrawn_at is not None:
        rows = rows.filter(
            Q(first_at=None) | Q(first_at__lt=release.withdrawn_at),
            run__started_at__lt=release.withdrawn_at,
        )
    found = rows.values_list("run_id", "village_id", "run__language", "run__has_track")
    return [Passed(*row) for row in found]


def own_runs(user: User) -> QuerySet[Run]:
    return (
        Run.objects.filter(author_id=str(user.pk))
        .prefetch_related("passes__village", "releases")
        .order_by("-noted_at")[:MOST_OWN]
    )


def runs_for(user: User) -> QuerySet[Run]:
    """Runs in the units that this person reads, and their own."""
    rows = Run.objects.select_related("unit")
    if user.is_superuser and user.is_active:
        return rows
    seen = reads_in(user) | goes_out_in(user)
    return rows.filter(Q(unit__in=seen) | Q(author_id=str(user.pk)))


def on_days(rows: QuerySet[Run], first: date, last: date) -> QuerySet[Run]:
    zone = timezone.get_current_timezone()
    begin = datetime.combine(first, time.min, zone)
    end = datetime.combine(last + timedelta(days=1), time.min, zone)
    return rows.filter(started_at__gte=begin, started_at__lt=end)
