"""Reads of internal bulletins, and what may stand in one."""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q
from django.utils.timezone import make_aware

from tiengmo.channels.printed.errors import PrintedError
from tiengmo.channels.printed.sheets import Laid
from tiengmo.newsroom.monthly.models import Issue
from tiengmo.newsroom.monthly.rules import month_of
from tiengmo.people.models import Role
from tiengmo.people.queries import line_of, units_below, units_where
from tiengmo.releases.models import Release, Rendition

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from tiengmo.people.models import User
    from tiengmo.places.models import Unit

SOURCE = "monthly.issue"
MAIN = "vi"


def units_for(user: User) -> QuerySet[Unit]:
    """Units whose internal bulletin this person assembles or releases."""
    from tiengmo.places.queries import units_in_force

    if user.is_superuser:
        return units_in_force()
    own = [*units_where(user, Role.EDITOR), *units_where(user, Role.APPROVER)]
    return units_in_force().filter(pk__in=units_below(own))


def issues_for(user: User) -> QuerySet[Issue]:
    return Issue.objects.filter(unit__in=units_for(user)).select_related("unit", "release")


def to_choose(issue: Issue) -> QuerySet[Release]:
    """What went out in the month, of this unit, below it or above it; the newest version of each,
    with something to read in Vietnamese."""
    first, after = (
        make_aware(datetime.combine(day, time())) for day in month_of(issue.year, issue.month)
    )
    units = units_below([issue.unit]) | {unit.pk for unit in line_of(issue.unit)}
    newer = Release.objects.filter(replaces=OuterRef("pk"), status=Release.Status.RELEASED)
    text = Rendition.objects.filter(release=OuterRef("pk"), language=MAIN).filter(
        ~Q(body_html="") | ~Q(summary="")
    )
    return (
        Release.objects.filter(
            status=Release.Status.RELEASED,
            released_at__gte=first,
            released_at__lt=after,
            unit__in=units,
        )
        .exclude(source_type=SOURCE)
        .exclude(Exists(newer))
        .filter(Exists(text))
        .select_related("unit")
        .order_by("released_at")
    )


def no_longer_true(issue: Issue) -> list[Release]:
    """Items that were withdrawn, or replaced by a corrected version, since they were chosen."""
    chosen = Release.objects.filter(issue_items__issue=issue).order_by("issue_items__position")
    newer = Release.objects.filter(replaces=OuterRef("pk"), status=Release.Status.RELEASED)
    return list(chosen.filter(Q(status=Release.Status.WITHDRAWN) | Exists(newer)))


def sheet_of(release: Release) -> Laid:
    """The fixed PDF of a released issue, for `channels.printed`."""
    issue = Issue.objects.filter(pk=release.source_id).first()
    if issue is None or not issue.sha256:
        raise PrintedError("no such issue")
    return Laid(issue.sha256, issue.bytes, issue.pages)
