from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.one_stop import rules
from tiengmo.one_stop.errors import NotPossible, NotReady
from tiengmo.one_stop.models import VersionState
from tiengmo.one_stop.permissions import PUBLISHES
from tiengmo.one_stop.taking_effect import settle
from tiengmo.people.actions import require_role
from tiengmo.places.queries import standing

from .content import lock

if TYPE_CHECKING:
    from tiengmo.one_stop.models import Procedure
    from tiengmo.people.models import User


def withdraw_procedure(procedure: Procedure, *, by: User, reason: str) -> Procedure:
    """Take a procedure off the portal because it is wrong; its address says why.

    A new version brings it back. Raises NotAllowed, NotPossible, NotReady without a reason.
    """
    reason = rules.clean_text(reason)[:2000]
    if not reason:
        raise NotReady(_("Hãy ghi lý do gỡ: lý do hiện cho người mở địa chỉ này."))
    with transaction.atomic():
        row = lock(procedure)
        require_role(by, PUBLISHES, standing(row.unit))
        is_published = row.versions.filter(state=VersionState.PUBLISHED).exists()
        if row.withdrawn_at is not None or not is_published:
            raise NotPossible(_("Thủ tục này không có trên cổng thông tin."))
        row.withdrawn_at = timezone.now()
        row.withdrawn_by_name = by.get_full_name()
        row.withdrawal_reason = reason
        row.save()
        settle([row])
        record("procedure.withdrawn", by=by, subject=row, detail={"reason": reason})
    return row
