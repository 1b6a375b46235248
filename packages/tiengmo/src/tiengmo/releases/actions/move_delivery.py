from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from tiengmo.releases import events, workflow
from tiengmo.releases.models import Delivery, DeliveryStatus


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
    with transaction.atomic():
        locked = Delivery.objects.select_for_update().get(pk=delivery.pk)
        before = locked.status
        if before != status and not workflow.may_move(before, status):
            return False
        now = timezone.now()
        locked.status = status
        locked.reason = reason
        locked.detail = detail
        if reference is not None:
            locked.reference = reference
        if status in (DeliveryStatus.SENT, DeliveryStatus.DELIVERED):
            locked.sent_at = locked.sent_at or now
        if status == DeliveryStatus.DELIVERED:
            locked.delivered_at = locked.delivered_at or now
        locked.save()
        if before != status:
            events.delivery_moved.send(Delivery, delivery=locked, before=before)
    delivery.refresh_from_db()
    return True
