from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.one_stop import rules
from tiengmo.one_stop.errors import NotPossible, NotReady
from tiengmo.one_stop.permissions import PUBLISHES
from tiengmo.one_stop.taking_effect import await_day, settle
from tiengmo.people.actions import require_role
from tiengmo.places.queries import standing

from .content import lock

if TYPE_CHECKING:
    import datetime as dt

    from tiengmo.one_stop.models import Procedure
    from tiengmo.people.models import User


def abolish_procedure(procedure: Procedure, *, by: User, on: dt.date, basis: str) -> Procedure:
    """From that day on nobody can apply; the page stays readable and says on what basis.

    Raises NotAllowed, NotPossible, NotReady without a basis.
    """
    basis = rules.clean_line(basis)[:400]
    if not basis:
        raise NotReady(_("Hãy ghi văn bản làm căn cứ bãi bỏ."))
    with transaction.atomic():
        row = lock(procedure)
        require_role(by, PUBLISHES, standing(row.unit))
        if not row.is_offered:
            raise NotPossible(_("Thủ tục này hiện không có bản nào đang áp dụng."))
        row.abolished_on = on
        row.abolition_basis = basis
        row.save()
        settle([row])
        await_day(row, on)
        detail = {"on": str(on), "basis": basis}
        record("procedure.abolished", by=by, subject=row, detail=detail)
    return row
