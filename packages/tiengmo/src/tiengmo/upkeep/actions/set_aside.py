from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.people.actions import require_role
from tiengmo.people.errors import NotAllowed
from tiengmo.people.models import Role
from tiengmo.places.models import Unit
from tiengmo.places.queries import standing
from tiengmo.upkeep.errors import UpkeepError
from tiengmo.upkeep.models import SetAside
from tiengmo.upkeep.queries import finding

if TYPE_CHECKING:
    from tiengmo.people.models import User

FOR = dt.timedelta(days=180)


def set_aside(kind: str, ref: str, *, by: User, reason: str) -> SetAside:
    """Leave a finding as it is for half a year, with a reason that stays in the audit log.

    Raises UpkeepError when there is no such finding for this person or no reason, and NotAllowed.
    """
    found = finding(by, kind, ref)
    if found is None:
        raise UpkeepError(_("Mục này không còn trong danh sách cần rà soát."))
    unit = standing(Unit.objects.get(pk=found.unit_id))
    try:
        require_role(by, Role.EDITOR, unit)
    except NotAllowed:
        require_role(by, Role.APPROVER, unit)
    reason = " ".join(reason.split())[:300]
    if not reason:
        raise UpkeepError(_("Hãy ghi vì sao để nguyên."))
    with transaction.atomic():
        row, _is_new = SetAside.objects.update_or_create(
            kind=kind,
            ref=ref,
            defaults={
                "unit": unit,
                "reason": reason,
                "by_name": by.get_full_name(),
                "at": timezone.now(),
                "until_on": timezone.localdate() + FOR,
            },
        )
        record(
            "upkeep.set_aside",
            by=by,
            subject=row,
            detail={"title": found.title, "why": found.why, "reason": reason},
        )
    return row
