"""Reads of bulletins: whose they are, what waits for whom, what happened."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from django.db.models import Q
from wagtail.models import Revision, TaskState

from tiengmo.people.models import Role
from tiengmo.people.queries import units_below, units_where
from tiengmo.places.queries import taken_over_by

from .models import Bulletin, UnitApprovalTask
from .review import SOURCE_TYPE, refusal_for

if TYPE_CHECKING:
    import datetime as dt

    from django.db.models import QuerySet

    from tiengmo.people.models import User
    from tiengmo.releases.models import Release


def bulletins_for(user: User) -> QuerySet[Bulletin]:
    """Bulletins of the units where the person edits or approves, and of everything below."""
    units = units_below([*units_where(user, Role.EDITOR), *units_where(user, Role.APPROVER)])
    units |= taken_over_by(units)
    waiting = [bulletin.pk for bulletin in _waiting_at_units_of(user)]
    return Bulletin.objects.filter(Q(unit_id__in=units) | Q(pk__in=waiting))


def _waiting_at_units_of(user: User) -> list[Bulletin]:
    units = list(units_where(user, Role.APPROVER).values_list("pk", flat=True))
    if not units:
        return []
    states = TaskState.objects.filter(
        status=TaskState.STATUS_IN_PROGRESS,
        task__in=UnitApprovalTask.objects.filter(unit_id__in=units),
        workflow_state__base_content_type=Bulletin.get_base_content_type(),
    ).values_list("workflow_state__object_id", flat=True)
    return list(
        Bulletin.objects.filter(pk__in=[int(pk) for pk in states])
        .select_related("unit", "author", "latest_revision__user")
        .order_by("latest_revision__created_at")
    )


def waiting_for(user: User, *, most: int | None = None) -> list[Bulletin]:
    """Latest versions that wait for this very person's clearing, oldest first, at most `most`."""
    theirs = (b for b in _waiting_at_units_of(user) if refusal_for(b, user) is None)
    return [bulletin.get_latest_revision_as_object() for bulletin in islice(theirs, most)]


def releases_of(bulletin: Bulletin) -> QuerySet[Release]:
    """What this bulletin's cleared versions became, newest first."""
    from tiengmo.releases.models import Release

    return Release.objects.filter(source_type=SOURCE_TYPE, source_id=str(bulletin.pk)).order_by(
        "-cleared_at"
    )


def bulletin_of(release: Release) -> Bulletin | None:
    if release.source_type != SOURCE_TYPE:
        return None
    return Bulletin.objects.filter(pk=int(release.source_id)).select_related("unit").first()


def version_number(bulletin: Bulletin, revision_id: int | None) -> int:
    """1 for the first saved version, and so on; people speak of "bản 3", not of row ids."""
    if revision_id is None:
        return 0
    count: int = bulletin.revisions.filter(pk__lte=revision_id).count()
    return count


@dataclass(frozen=True)
class Event:
    at: dt.datetime
    who: str
    what: str  # a key of the templates' wording
    version: int
    unit: str = ""
    comment: str = ""


def history(bulletin: Bulletin) -> list[Event]:
    """Who did what to which version, newest first: writing, steps of review, releases."""
    numbers = {
        pk: index
        for index, pk in enumerate(
            bulletin.revisions.order_by("pk").values_list("pk", flat=True), start=1
        )
    }
    events = [
        Event(
            at=revision.created_at,
            who=str(revision.user or bulletin.author),
            what="written" if numbers[revision.pk] == 1 else "edited",
            version=numbers[revision.pk],
        )
        for revision in Revision.objects.for_instance(bulletin)
        .select_related("user")
        .defer("content")
    ]
    states = bulletin.workflow_states.select_related("requested_by").prefetch_related(
        "task_states__finished_by", "task_states__task"
    )
    words = {
        TaskState.STATUS_APPROVED: "cleared",
        TaskState.STATUS_REJECTED: "sent_back",
        TaskState.STATUS_CANCELLED: "stopped",
    }
    for state in states:
        steps = sorted(state.task_states.all(), key=lambda step: step.pk)
        if steps:
            events.append(
                Event(
                    at=state.created_at,
                    who=str(state.requested_by or bulletin.author),
                    what="submitted",
                    version=numbers.get(steps[0].revision_id, 0),
                    unit=steps[0].task.name,
                )
            )
        events.extend(
            Event(
                at=step.finished_at,
                who=str(step.finished_by or ""),
                what=words[step.status],
                version=numbers.get(step.revision_id, 0),
                unit=step.task.name,
                comment=step.comment,
            )
            for step in steps
            if step.finished_at is not None and step.status in words
        )
    for release in releases_of(bulletin):
        version = numbers.get(int(release.source_version), 0)
        if release.released_at:
            events.append(Event(release.released_at, "", "released", version))
        if release.withdrawn_at:
            events.append(
                Event(
                    release.withdrawn_at,
                    release.withdrawn_by_name,
                    "withdrawn",
                    version,
                    comment=release.withdrawal_reason,
                )
            )
    return sorted(events, key=lambda event: event.at, reverse=True)
