from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.outreach.promises.errors import PromiseError
from tiengmo.outreach.promises.models import Promise

from .checks import line, open_promise

if TYPE_CHECKING:
    from datetime import date

    from tiengmo.audit.actors import Process
    from tiengmo.people.models import User


def keep_promise(promise: Promise, *, on: date, note: str, by: User | Process) -> Promise:
    """Say that it was done, when, and what came of it. Raises NotAllowed, PromiseError."""
    note = line(note, missing=_("Hãy ghi kết quả."))
    if not promise.promised_on <= on <= timezone.localdate():
        raise PromiseError(_("Ngày làm xong từ ngày hứa đến hôm nay."))
    return _close(promise, Promise.State.KEPT, on, note, by)


def drop_promise(promise: Promise, *, why: str, by: User | Process) -> Promise:
    """Say that it will not be done, and why. Raises NotAllowed, PromiseError."""
    why = line(why, missing=_("Hãy ghi lý do."))
    return _close(promise, Promise.State.DROPPED, timezone.localdate(), why, by)


def _close(promise: Promise, state: str, on: date, note: str, by: User | Process) -> Promise:
    with transaction.atomic():
        row = open_promise(promise.pk, by)
        row.state, row.closed_on, row.note = state, on, note
        row.save(update_fields=["state", "closed_on", "note"])
        record(
            f"outreach.promise_{state}",
            by=by,
            subject=row,
            detail={"on": on.isoformat(), "note": note},
        )
    return row
