from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.one_stop.errors import NotPossible
from tiengmo.one_stop.events import public_page_changed
from tiengmo.one_stop.models import Procedure
from tiengmo.one_stop.permissions import WRITES
from tiengmo.one_stop.queries import version_today
from tiengmo.people.actions import require_role
from tiengmo.places.queries import standing

from .content import lock

if TYPE_CHECKING:
    from tiengmo.people.models import User


def confirm_checked(procedure: Procedure, *, by: User) -> None:
    """Somebody has compared the page with the law today and it is right.

    Raises NotAllowed, NotPossible when nothing holds.
    """
    with transaction.atomic():
        row = lock(procedure)
        require_role(by, WRITES, standing(row.unit))
        version = version_today(row)
        if version is None or not row.is_offered:
            raise NotPossible(_("Thủ tục này hiện không có bản nào đang áp dụng."))
        version.checked_on = timezone.localdate()
        version.checked_by_name = by.get_full_name()
        version.save(update_fields=["checked_on", "checked_by_name"])
        public_page_changed.send(Procedure, procedure=row)
        record("procedure.checked", by=by, subject=row, detail={"number": version.number})
