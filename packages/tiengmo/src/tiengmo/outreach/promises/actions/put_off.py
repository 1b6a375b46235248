from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.outreach.promises.errors import PromiseError

from .checks import line, open_promise
from .make_promise import FURTHEST

if TYPE_CHECKING:
    from datetime import date

    from tiengmo.audit.actors import Process
    from tiengmo.outreach.promises.models import Promise
    from tiengmo.people.models import User


def put_off(promise: Promise, *, due_on: date, why: str, by: User | Process) -> Promise:
    """Name a later day, with the reason; the day that was named first stays.

    Raises NotAllowed, PromiseError.
    """
    why = line(why, missing=_("Hãy ghi lý do."))
    with transaction.atomic():
        row = open_promise(promise.pk, by)
        if not row.due_on < due_on <= timezone.localdate() + FURTHEST:
            raise PromiseError(_("Hạn mới phải sau hạn cũ, và trong năm năm tới."))
        before, row.due_on, row.note = row.due_on, due_on, why
        row.times_put_off += 1
        row.save(update_fields=["due_on", "note", "times_put_off"])
        record(
            "outreach.promise_put_off",
            by=by,
            subject=row,
            detail={"from": before.isoformat(), "to": due_on.isoformat(), "why": why},
        )
    return row
