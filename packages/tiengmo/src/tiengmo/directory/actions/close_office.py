from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from tiengmo.audit.actions import record
from tiengmo.directory.models import Office

from .checks import follow, require_editor

if TYPE_CHECKING:
    from tiengmo.audit.actors import Process
    from tiengmo.people.models import User


def close_office(office: Office, *, by: User | Process) -> Office:
    """Take an office off the public pages from today; its row stays. Raises NotAllowed."""
    with transaction.atomic():
        row = (
            Office.objects.select_for_update(of=("self",)).select_related("unit").get(pk=office.pk)
        )
        require_editor(by, row.unit)
        if row.closed_on is None:
            row.closed_on = timezone.localdate()
            row.save(update_fields=["closed_on"])
            record("directory.office_closed", by=by, subject=row, detail={"unit": row.unit.code})
            follow(row)
    return row
