from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from tiengmo.newsroom import review
from tiengmo.newsroom.errors import NotPossible, NotYours
from tiengmo.people.actions import require_role
from tiengmo.people.models import Role

if TYPE_CHECKING:
    from wagtail.models import TaskState

    from tiengmo.newsroom.models import Bulletin
    from tiengmo.people.models import User
    from tiengmo.places.models import Unit


def require_step(bulletin: Bulletin, *, by: User) -> tuple[TaskState, Unit]:
    """Return the step that waits and its unit, if `by` may act on it.

    Raises NotPossible when nothing waits, NotYours (why not them), NotAllowed (second factor).
    """
    step = review.current_step(bulletin)
    if step is None:
        raise NotPossible(_("Bài không còn chờ duyệt."))
    unit: Unit = step.task.specific.unit
    refusal = review.refusal_for(bulletin, by)
    if refusal is not None:
        raise NotYours(review.refusal_text(refusal, unit))
    require_role(by, Role.APPROVER, unit)
    return step, unit
