from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from tiengmo.audit.actions import record
from tiengmo.connectivity.events import stated
from tiengmo.connectivity.rights import require_keeper

if TYPE_CHECKING:
    from tiengmo.audit.actors import Process
    from tiengmo.connectivity.tables import Kind
    from tiengmo.people.models import User


def retract(kind: Kind, pk: int, *, by: User | Process) -> bool:
    """Take a statement back: what stood before its day stands on. False when it no longer stood.

    Raises NotAllowed.
    """
    with transaction.atomic():
        rows: Any = kind.model.objects
        row = rows.select_for_update(of=("self",)).filter(pk=pk, replaced_at=None).first()
        if row is None:
            return False
        require_keeper(by, kind.unit_of(row))
        row.replaced_at = timezone.now()
        row.save(update_fields=["replaced_at"])
        stated.send(sender=kind.model, kind=kind.code, since=row.since)
        record(
            "connectivity.retracted",
            by=by,
            subject=row,
            detail={"kind": kind.code, "since": row.since.isoformat()},
        )
    return True
