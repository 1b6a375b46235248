from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.audit.actors import id_and_name
from tiengmo.outreach.promises.errors import PromiseError
from tiengmo.outreach.rights import require_handler

from .checks import line

if TYPE_CHECKING:
    from tiengmo.audit.actors import Process
    from tiengmo.outreach.promises.models import Promise
    from tiengmo.people.models import User

OLDEST, FURTHEST = timedelta(days=366), timedelta(days=5 * 366)


def make_promise(promise: Promise, *, by: User | Process) -> Promise:
    """Write down what was promised, by an editor or approver of where it was made.

    Raises NotAllowed, PromiseError.
    """
    require_handler(by, promise.unit)
    promise.what = line(promise.what, missing=_("Hãy ghi đã hứa việc gì."))
    today = timezone.localdate()
    if not today - OLDEST <= promise.promised_on <= today:
        raise PromiseError(_("Ngày hứa trong một năm qua, không sau hôm nay."))
    if not promise.promised_on <= promise.due_on <= today + FURTHEST:
        raise PromiseError(_("Hạn không trước ngày hứa, và trong năm năm tới."))
    if promise.office is not None and promise.office.unit_id != promise.owed_by_id:
        raise PromiseError(_("Cơ quan này không thuộc đơn vị phải làm."))
    where = promise.session.village.unit_id if promise.session else None
    if promise.event is not None:
        where = promise.event.unit_id
    if where is not None and where != promise.unit_id:
        raise PromiseError(_("Buổi này không ở đơn vị đã chọn."))
    promise.first_due_on = promise.due_on
    promise.author_id, promise.author_name = id_and_name(by)
    with transaction.atomic():
        promise.save()
        record(
            "outreach.promise_made",
            by=by,
            subject=promise,
            detail={"owed_by": promise.owed_by.code, "due_on": promise.due_on.isoformat()},
        )
    return promise
