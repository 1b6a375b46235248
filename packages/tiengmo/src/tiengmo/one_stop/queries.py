"""Reads of procedures: what the public may see, and what a member of staff works on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone

from .models import Procedure, ProcedureVersion, VersionState
from .permissions import seen_unit_ids
from .rules import holding

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from tiengmo.people.models import User


def offered_procedures() -> QuerySet[Procedure]:
    """What people may apply for today, by field and name."""
    return (
        Procedure.objects.exclude(current=None)
        .filter(withdrawn_at=None)
        .filter(Q(abolished_on=None) | Q(abolished_on__gt=timezone.localdate()))
        .select_related("field", "level")
    )


def published_versions(procedure: Procedure) -> list[ProcedureVersion]:
    """Every version that was published, also those whose day is still to come."""
    rows = procedure.versions.filter(state=VersionState.PUBLISHED)
    return list(rows.select_related("procedure", "field", "level"))


def version_today(procedure: Procedure) -> ProcedureVersion | None:
    return holding(published_versions(procedure), timezone.localdate())


def procedures_for(user: User) -> QuerySet[Procedure]:
    """What this person sees in the staff interface: the whole catalogue, and their own drafts."""
    mine = Q(unit_id__in=seen_unit_ids(user))
    is_published = Q(versions__state=VersionState.PUBLISHED)
    rows = Procedure.objects.filter(mine | is_published).distinct()
    return rows.select_related("field", "level", "unit", "current")
