"""Reads of sessions: what a phone needs in hand, and what a unit's people see of a year."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from tiengmo.outreach.models import Topic
from tiengmo.outreach.runs.models import Run
from tiengmo.outreach.sessions.models import Kind, Session, YearTarget
from tiengmo.outreach.sessions.receipts import CHANNEL, NOT_TOLD
from tiengmo.outreach.sessions.retelling import played_in, told_again
from tiengmo.outreach.sessions.rights import goes_out_in, reads_in
from tiengmo.places.models import Village
from tiengmo.places.queries import area_paths
from tiengmo.releases.models import Delivery, Receipt, Release

if TYPE_CHECKING:
    from uuid import UUID

    from tiengmo.people.models import User
    from tiengmo.places.models import Unit

# Bulletins that a team may still be speaking about.
LATELY = dt.timedelta(days=60)
# A village that was missed is worth the way for so long.
MISSED_LATELY = dt.timedelta(days=14)
# Channels that come to households by themselves.
CLAIMING = frozenset({"loudspeakers", "screens"})
MOST_BULLETINS = 60
MOST_OWN = 20


def villages_of(user: User) -> QuerySet[Village]:
    """Villages that the person goes to."""
    return (
        Village.objects.filter(unit__in=goes_out_in(user))
        .select_related("unit")
        .order_by("unit__name", "name")
    )


def bulletins_for(villages: list[Village]) -> list[tuple[Release, list[str]]]:
    """Released lately to any of these villages, newest first, with the codes that say so."""
    codes = {code for path in area_paths(villages).values() for code in path}
    since = timezone.now() - LATELY
    rows = (
        Release.objects.filter(status=Release.Status.RELEASED, released_at__gte=since)
        .prefetch_related("renditions")
        .order_by("-released_at")
    )
    found = []
    for release in rows:
        if named := sorted(codes.intersection(release.audience)):
            found.append((release, named))
        if len(found) == MOST_BULLETINS:
            break
    return found


def waiting_for_a_team(releases: list[Release], villages: list[Village]) -> dict[UUID, set[str]]:
    """Release → codes of the villages where a team was asked to speak and has not."""
    rows = Delivery.objects.filter(
        channel=CHANNEL, reason=NOT_TOLD, release__in=releases, village__in=villages
    )
    found: dict[UUID, set[str]] = defaultdict(set)
    for pk, code in rows.values_list("release", "target"):
        found[pk].add(code)
    return found


def reached_by(releases: list[Release], villages: list[Village]) -> dict[UUID, set[int]]:
    """Release → villages where something is proved to have come within reach of a household."""
    rows = Receipt.objects.filter(
        Q(village__in=villages) | Q(village=None, delivery__village__in=villages),
        delivery__release__in=releases,
        households_hi__gt=0,
    )
    found: dict[UUID, set[int]] = defaultdict(set)
    for pk, own, target in rows.values_list("delivery__release", "village", "delivery__village"):
        found[pk].add(own or target)
    return found


def was_for_households(release: Release, now: dt.datetime) -> bool:
    """Was it to come to people, and not only to be looked up; has its time passed, and lately?"""
    is_over = release.window_end_at < now <= release.window_end_at + MISSED_LATELY
    return is_over and bool(CLAIMING.intersection(release.channels))


def own_sessions(user: User) -> QuerySet[Session]:
    """What this person wrote down last, newest first."""
    rows = Session.objects.filter(author_id=str(user.pk))
    return rows.select_related("village", "release", "topic").order_by("-noted_at")[:MOST_OWN]


def sessions_for(user: User) -> QuerySet[Session]:
    """Sessions in the units that this person reads, without what was taken back."""
    rows = Session.objects.filter(withdrawn_at=None).select_related(
        "village__unit", "topic", "release"
    )
    if user.is_superuser and user.is_active:
        return rows
    return rows.filter(village__unit__in=reads_in(user))


def of_year(rows: QuerySet[Session], year: int) -> QuerySet[Session]:
    zone = timezone.get_current_timezone()
    begin, end = (dt.datetime(one, 1, 1, tzinfo=zone) for one in (year, year + 1))
    return rows.filter(held_at__gte=begin, held_at__lt=end)


@dataclass(frozen=True)
class Total:
    """Sessions of one kind, topic or village, added up."""

    label: str
    sessions: int
    people: int
    questions: int
    opinions: int
    target: int | None = None

    @property
    def part(self) -> int | None:
        """Per cent of the target."""
        return round(100 * self.sessions / self.target) if self.target else None


_SUMS = {
    "sessions": Count("pk"),
    "people": Sum("headcount"),
    "asked": Sum("questions"),
    "said": Sum("opinions"),
}


def by_kind(rows: QuerySet[Session], targets: dict[str, int]) -> list[Total]:
    counted = {one["kind"]: one for one in rows.order_by().values("kind").annotate(**_SUMS)}
    empty = {"sessions": 0, "people": 0, "asked": 0, "said": 0}
    return [
        _total(str(kind.label), counted.get(kind.value, empty), targets.get(kind.value))
        for kind in Kind
        if kind.value in counted or kind.value in targets
    ]


def by_topic(rows: QuerySet[Session]) -> list[Total]:
    names = dict(Topic.objects.values_list("pk", "name"))
    counted = rows.order_by().values("topic").annotate(**_SUMS).order_by("-asked", "-sessions")
    return [_total(names[one["topic"]], one) for one in counted]


def by_village(rows: QuerySet[Session]) -> list[Total]:
    counted = (
        rows.order_by()
        .values("village__name", "village__unit__name", "village")
        .annotate(**_SUMS)
        .order_by("village__unit__name", "village__name")
    )
    return [
        _total(f"{one['village__name']} ({one['village__unit__name']})", one) for one in counted
    ]


def _total(label: str, one: Any, target: int | None = None) -> Total:
    return Total(label, one["sessions"], one["people"], one["asked"], one["said"], target)


def targets_of(unit: Unit, year: int) -> dict[str, int]:
    """What the unit set itself for the year, by kind."""
    rows = YearTarget.objects.filter(unit=unit, year=year)
    return dict(rows.values_list("kind", "sessions"))


def told_wrong(user: User) -> list[Session]:
    """Own sessions about what was taken back since: somebody must go and say so."""
    since = timezone.now() - LATELY
    rows = (
        Session.objects.filter(author_id=str(user.pk), withdrawn_at=None)
        .filter(release__status=Release.Status.WITHDRAWN, release__withdrawn_at__gte=since)
        .select_related("release", "village")
        .order_by("-held_at")
    )
    releases = {one.release_id: one.release for one in rows if one.release is not None}
    done = {pk: told_again(release) for pk, release in releases.items()}
    return [one for one in rows if one.village_id not in done.get(one.release_id, {})]


def played_wrong(user: User) -> list[tuple[Release, list[str]]]:
    """What one's own loudspeaker vehicle played and was taken back since, with the names of the
    villages it passed to which nobody has gone back yet."""
    since = timezone.now() - LATELY
    runs = Run.objects.filter(author_id=str(user.pk), withdrawn_at=None)
    releases = Release.objects.filter(
        runs__in=runs, status=Release.Status.WITHDRAWN, withdrawn_at__gte=since
    ).distinct()
    found = []
    for release in releases.order_by("-withdrawn_at"):
        done = told_again(release)
        passed = played_in(release).filter(run__in=runs).exclude(village__in=list(done))
        names = dict.fromkeys(passed.order_by("pk").values_list("village__name", flat=True))
        if names:
            found.append((release, list(names)))
    return found
