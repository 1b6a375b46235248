"""What boxes say stood on their boards becomes the state of deliveries, and receipts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy

from tiengmo.channels.led_boards.trail import CHANNEL, HOLDS, confirm, told
from tiengmo.releases.actions import move_delivery, record_receipt
from tiengmo.releases.models import Delivery, DeliveryStatus
from tiengmo.releases.workflow import OPEN

if TYPE_CHECKING:
    from tiengmo.speakers.models import TextReport

METHOD = "line proven on a text board; nobody counts who reads it"
METHOD_TEXT = gettext_lazy(
    "dòng chữ đã chứng minh là hiện trên bảng; không ai đếm người đọc: "
    "từ 0 đến cả thôn (độ tin cậy thấp)"
)


def on_text_reported(*, report: TextReport, **_rest: Any) -> None:
    """A line that stood its whole time has arrived; one that never did has its reason."""
    try:
        release = UUID(report.line_id)
    except ValueError:
        return  # an alert's title: it took the board by itself, and is kept as proof
    rows = Delivery.objects.filter(channel=CHANNEL, release=release, target=report.box_id)
    for delivery in rows.select_related("village"):
        if report.state == "missed":
            _missed(delivery, report)
        else:
            _shown(delivery, report)


def _shown(delivery: Delivery, report: TextReport) -> None:
    village = delivery.village
    record_receipt(
        delivery,
        key=f"text:{report.pk}",
        kind="shown",
        at=report.started_at or timezone.now(),
        village=village,
        language=report.language,
        households=(0, village.households if village is not None else 0),
        method=METHOD,
        proof={"text": report.text, "times": report.times, "seconds": report.shown_ms // 1000},
    )
    if report.reason == "withdrawn" and delivery.reason == HOLDS:
        confirm([delivery])
    elif delivery.status in (DeliveryStatus.WITHDRAWN, DeliveryStatus.CANCELLED):
        # Shown before it was taken back: the proof is kept, and it stays taken back.
        move_delivery(delivery, delivery.status, reason=delivery.reason, detail=told(report))
    else:
        reason = HOLDS if delivery.reason == HOLDS else ""
        move_delivery(delivery, DeliveryStatus.DELIVERED, reason=reason, detail=told(report))


def _missed(delivery: Delivery, report: TextReport) -> None:
    if delivery.reason == HOLDS:
        confirm([delivery])
    elif delivery.status in OPEN and report.reason != "withdrawn":
        move_delivery(
            delivery,
            DeliveryStatus.FAILED_PERMANENTLY,
            reason="board_silent",
            detail=report.reason,
        )
