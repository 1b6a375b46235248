from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from tiengmo.audit.actions import record
from tiengmo.directory.models import Official

from .checks import follow, require_editor

if TYPE_CHECKING:
    from tiengmo.audit.actors import Process
    from tiengmo.people.models import User


def end_official(official: Official, *, by: User | Process) -> Official:
    """End a term: since today the person is no longer listed, telephone and e-mail are erased.

    Somebody whose term began today or later never held it: that row is removed. Raises NotAllowed.
    """
    with transaction.atomic():
        row = (
            Official.objects.select_for_update(of=("self",))
            .select_related("unit")
            .get(pk=official.pk)
        )
        require_editor(by, row.unit)
        yesterday = timezone.localdate() - timedelta(days=1)
        if row.valid_to is None or row.valid_to > yesterday:
            row.valid_to = yesterday
            row.phone = row.email = ""
            record("directory.official_ended", by=by, subject=row, detail={"unit": row.unit.code})
            follow(row)
            if row.valid_from > yesterday:
                row.delete()
            else:
                row.save(update_fields=["valid_to", "phone", "email"])
    return row
