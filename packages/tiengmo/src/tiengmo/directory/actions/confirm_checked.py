from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from tiengmo.audit.actions import record

from .checks import follow, require_editor

if TYPE_CHECKING:
    from tiengmo.audit.actors import Process
    from tiengmo.directory.models import Office, Official
    from tiengmo.people.models import User


def confirm_checked(subject: Office | Official, *, by: User | Process) -> Office | Official:
    """Say that somebody asked, and what is written here is still so. Raises NotAllowed."""
    with transaction.atomic():
        kind: Any = type(subject)
        row: Office | Official = (
            kind.objects.select_for_update(of=("self",)).select_related("unit").get(pk=subject.pk)
        )
        require_editor(by, row.unit)
        row.checked_on = timezone.localdate()
        row.save(update_fields=["checked_on"])
        record("directory.checked", by=by, subject=row, detail={"unit": row.unit.code})
        follow(row)
    return row
