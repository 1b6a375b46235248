from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from tiengmo.audit.actions import record
from tiengmo.newsroom import review, workflow
from tiengmo.newsroom.permissions import standing
from tiengmo.newsroom.workflow import Stage
from tiengmo.people.actions import require_role
from tiengmo.people.models import Role

from .locking import locked, set_stage

if TYPE_CHECKING:
    from tiengmo.newsroom.models import Bulletin
    from tiengmo.people.models import User


def recall_bulletin(bulletin: Bulletin, *, by: User) -> None:
    """Take the bulletin out of review, back to its editors. Raises NotAllowed, NotPossible."""
    with transaction.atomic():
        row = locked(bulletin)
        require_role(by, Role.EDITOR, standing(row.unit))
        workflow.require(row.stage, "recall")
        review.stop(row, by=by)
        set_stage(row, Stage.DRAFT)
        record("bulletin.recalled", by=by, subject=row, detail={"revision": row.latest_revision_id})
    bulletin.stage = row.stage
