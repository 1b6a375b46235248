from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from tiengmo.audit.actions import record
from tiengmo.one_stop.models import ProcedureVersion, VersionState
from tiengmo.one_stop.permissions import WRITES
from tiengmo.people.actions import require_role
from tiengmo.places.queries import standing

from .content import fees_of, lock, papers_of, set_lines

if TYPE_CHECKING:
    from tiengmo.one_stop.models import Procedure
    from tiengmo.people.models import User


def begin_version(procedure: Procedure, *, by: User) -> ProcedureVersion:
    """Begin a new version as a copy of the newest one; a draft that is there already goes on.

    Raises NotAllowed.
    """
    with transaction.atomic():
        row = lock(procedure)
        require_role(by, WRITES, standing(row.unit))
        versions = row.versions.select_related("procedure", "field", "level")
        draft = versions.filter(state=VersionState.DRAFT).first()
        if draft is not None:
            return draft
        newest = versions.order_by("-number")[0]
        papers, fees = papers_of(newest), fees_of(newest)
        copy = ProcedureVersion(
            **{
                field.attname: getattr(newest, field.attname)
                for field in ProcedureVersion._meta.concrete_fields
                if field.name not in ("id", "published_at", "published_by_name")
            }
        )
        copy.number = newest.number + 1
        copy.state = VersionState.DRAFT
        copy.valid_from = timezone.localdate()
        copy.checked_on, copy.checked_by_name, copy.saves = None, "", 1
        copy.save()
        set_lines(copy, papers, fees)
        record("procedure.version_begun", by=by, subject=copy, detail={"name": copy.name})
    return copy
