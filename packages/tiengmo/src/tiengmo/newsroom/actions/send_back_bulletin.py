from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.newsroom import texts, workflow
from tiengmo.newsroom.errors import NotReady
from tiengmo.newsroom.workflow import Stage

from .locking import locked, set_stage
from .standing_step import require_step

if TYPE_CHECKING:
    from tiengmo.newsroom.models import Bulletin
    from tiengmo.people.models import User

COMMENT_CHARACTERS = 4_000


def send_back_bulletin(bulletin: Bulletin, *, by: User, comment: str) -> None:
    """Give the bulletin back to its editors with a comment that says what to change.

    Whoever may clear the step may send it back. Raises NotAllowed, NotPossible, NotYours,
    NotReady without a comment.
    """
    comment = texts.clean_text(comment)
    if not texts.has_words(comment):
        raise NotReady([_("Hãy ghi ý kiến để người viết biết cần sửa gì.")])
    if len(comment) > COMMENT_CHARACTERS:
        raise NotReady([_("Ý kiến dài quá 4.000 ký tự. Hãy viết ngắn lại.")])
    with transaction.atomic():
        row = locked(bulletin)
        workflow.require(row.stage, "send_back")
        step, unit = require_step(row, by=by)
        step.reject(user=by, comment=comment)
        set_stage(row, Stage.SENT_BACK)
        record(
            "bulletin.sent_back",
            by=by,
            subject=row,
            detail={
                "revision": row.latest_revision_id,
                "step": unit.code,
                "comment": comment,
            },
        )
    bulletin.stage = row.stage
