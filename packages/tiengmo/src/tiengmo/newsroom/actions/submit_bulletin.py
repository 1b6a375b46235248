from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from tiengmo.audit.actions import record
from tiengmo.newsroom import review, workflow
from tiengmo.newsroom.errors import NotReady
from tiengmo.newsroom.forms_of import problems_of
from tiengmo.newsroom.permissions import standing
from tiengmo.newsroom.workflow import Stage
from tiengmo.people.actions import require_role
from tiengmo.people.models import Role

from .locking import latest_version, locked, set_stage

if TYPE_CHECKING:
    from tiengmo.newsroom.models import Bulletin
    from tiengmo.people.models import User
    from tiengmo.places.models import Unit


def submit_bulletin(bulletin: Bulletin, *, by: User) -> list[Unit]:
    """Ask for the review of the latest saved version; return the units of its route, in order.

    Raises NotAllowed, NotPossible, NotReady (what is missing), NobodyQualifies (whom to appoint).
    """
    with transaction.atomic():
        row = locked(bulletin)
        require_role(by, Role.EDITOR, standing(row.unit))
        workflow.require(row.stage, "submit")
        version = latest_version(row)
        problems = problems_of(version, at_clearing=False)
        if problems:
            raise NotReady(problems)
        review.start(row, version, by=by)
        set_stage(row, Stage.IN_REVIEW)
        units = review.route_of(version)
        record(
            "bulletin.submitted",
            by=by,
            subject=row,
            detail={
                "revision": row.latest_revision_id,
                "route": [unit.code for unit in units],
                "audience": version.audience,
            },
        )
    bulletin.stage = row.stage
    return units
