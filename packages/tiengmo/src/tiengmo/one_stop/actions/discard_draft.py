from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.one_stop.errors import NotPossible
from tiengmo.one_stop.models import ProcedureVersion, VersionState
from tiengmo.one_stop.permissions import WRITES
from tiengmo.people.actions import require_role
from tiengmo.places.queries import standing

from .content import locked_version

if TYPE_CHECKING:
    from tiengmo.people.models import User


def discard_draft(version: ProcedureVersion, *, by: User) -> bool:
    """Throw away a draft, and its procedure if nothing else is left of it; True if so.

    Raises NotAllowed, NotPossible.
    """
    with transaction.atomic():
        row = locked_version(version)
        procedure = row.procedure
        require_role(by, WRITES, standing(procedure.unit))
        if row.state != VersionState.DRAFT:
            raise NotPossible(_("Bản đã công bố không xoá được."))
        record("procedure.draft_discarded", by=by, subject=row, detail={"name": row.name})
        row.delete()
        is_last = not procedure.versions.exists()
        if is_last:
            procedure.delete()
    return is_last
