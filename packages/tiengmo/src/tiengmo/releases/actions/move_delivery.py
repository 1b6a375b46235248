from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from tiengmo.releases import events, workflow
from tiengmo.releases.models import Delivery, DeliveryStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

WRITTEN = ("status", "reason", "detail", "reference", "sent_at", "delivered_at", "updated_at")


@dataclass(frozen=True)
class Move:
    """Where one delivery goes in its life; without a reference it keeps its own."""

    delivery: Delivery
    status: str
    reason: str = ""
    detail: str = ""
    reference: str | None = None


def move_delivery(
    delivery: Delivery,
    status: str,
    *,
    reason: str = "",
    detail: str = "",
    reference: str | None = None,
) -> bool:
    """Move a delivery along its life; False when the table does not allow that move any more.

    Late or repeated news (a box that reports twice, out of order) is therefore harmless.
    """
    move = Move(delivery, status, reason=reason, detail=detail, reference=reference)
    return bool(move_deliveries([move]))


def move_deliveries(moves: Sequence[Move]) -> list[Move]:
    """Move many at once, each as `move_delivery` does; give those that the table allows."""
    with transaction.atomic():
        rows = Delivery.objects.select_for_update().order_by("pk")
        locked = {row.pk: row for row in rows.filter(pk__in={one.delivery.pk for one in moves})}
        before = {pk: row.status for pk, row in locked.items()}
        now = timezone.now()
        made = [move for move in moves if _went(locked[move.delivery.pk], move, now)]
        changed = {move.delivery.pk: locked[move.delivery.pk] for move in made}
        _write(changed.values())
        moved = [row for pk, row in changed.items() if row.status != before[pk]]
        if moved:
            events.deliveries_moved.send(Delivery, deliveries=moved)
    for move in made:
        for name in WRITTEN:
            setattr(move.delivery, name, getattr(locked[move.delivery.pk], name))
    return made


def _went(row: Delivery, move: Move, now: datetime) -> bool:
    """Set the locked row as the move says; False where the table does not allow it."""
    if row.status != move.status and not workflow.may_move(row.status, move.status):
        return False
    row.status = move.status
    row.reason = move.reason
    row.detail = move.detail
    row.updated_at = now
    if move.reference is not None:
        row.reference = move.reference
    if move.status in (DeliveryStatus.SENT, DeliveryStatus.DELIVERED):
        row.sent_at = row.sent_at or now
    if move.status == DeliveryStatus.DELIVERED:
        row.delivered_at = row.delivered_at or now
    return True


def _write(rows: Iterable[Delivery]) -> None:
    """One statement for all that become alike: a channel mostly says the same of every village.

    (`bulk_update` asks the database to choose each value of each row: 529 rows took 1.5 s.)
    """
    alike = defaultdict(list)
    for row in rows:
        alike[tuple(getattr(row, name) for name in WRITTEN)].append(row.pk)
    for values, keys in alike.items():
        Delivery.objects.filter(pk__in=keys).update(**dict(zip(WRITTEN, values, strict=True)))
