"""What became of pushes becomes the state of a delivery, and a receipt of no household."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.channels.partners.channel import HOLDS
from tiengmo.channels.partners.models import Push, Subscription
from tiengmo.channels.partners.queries import told_of
from tiengmo.channels.trail import note_confirmed
from tiengmo.releases.actions import move_delivery, record_receipt
from tiengmo.releases.models import Delivery, DeliveryStatus

if TYPE_CHECKING:
    from collections.abc import Mapping

State = Push.State
# A system that has a bulletin is no household that read it.
METHOD = "no household claim"


def settle(delivery: Delivery) -> None:
    """Bring a delivery up to what became of its pushes. Running it again changes nothing."""
    counts = counts_of(delivery)
    if counts.get(State.ACCEPTED):
        record_receipt(
            delivery,
            key=f"partners:{delivery.pk}",
            kind="taken",
            at=timezone.now(),
            method=METHOD,
        )
    if delivery.partner_pushes.filter(kind=Push.Kind.WITHDRAWAL).exists():
        _settle_withdrawn(delivery)
    elif delivery.status != DeliveryStatus.WITHDRAWN and counts:
        status = state_of(counts)
        reason = _reason(delivery) if status == DeliveryStatus.FAILED_PERMANENTLY else ""
        move_delivery(delivery, status, reason=reason, detail=in_words(counts))


def counts_of(delivery: Delivery, *, kind: str = Push.Kind.NEWS) -> dict[str, int]:
    rows = delivery.partner_pushes.filter(kind=kind).order_by()
    return dict(rows.values_list("state").annotate(count=Count("pk")))


def state_of(counts: Mapping[str, int]) -> DeliveryStatus:
    """A partner's status, from its pushes by state."""
    if counts.get(State.WAITING) or counts.get(State.SENDING):
        return DeliveryStatus.SENDING
    if counts.get(State.ACCEPTED):
        return DeliveryStatus.DELIVERED
    if counts.get(State.FAILED):
        return DeliveryStatus.FAILED_PERMANENTLY
    return DeliveryStatus.CANCELLED


def in_words(counts: Mapping[str, int]) -> str:
    parts = [
        f"{State(state).label}: {counts[state]}" for state in State.values if counts.get(state)
    ]
    return _("Đăng ký") + " – " + ", ".join(parts) + "."


def holding(delivery: Delivery) -> list[Subscription]:
    """The partner's subscriptions that have this release or an earlier one, unless they confirmed.

    An accepted tombstone confirms, and so does an accepted entry that is newer.
    """
    let_go = Push.objects.filter(
        release=delivery.release_id, kind=Push.Kind.WITHDRAWAL, state=State.ACCEPTED
    )
    rows = told_of(delivery.release).filter(partner=int(delivery.target))
    return list(rows.exclude(pk__in=let_go.order_by().values("subscription")))


def _reason(delivery: Delivery) -> str:
    failed = delivery.partner_pushes.filter(state=State.FAILED).filter(~Q(reason=""))
    return failed.order_by("reason").values_list("reason", flat=True).first() or "error"


def _settle_withdrawn(delivery: Delivery) -> None:
    """Taken back once every subscription that had it answered its tombstone with a 2xx."""
    still = holding(delivery)
    if not still:
        detail = _("Hệ thống bạn trả lời đã nhận lệnh gỡ.")
        if delivery.status != DeliveryStatus.WITHDRAWN and move_delivery(
            delivery, DeliveryStatus.WITHDRAWN, detail=detail
        ):
            note_confirmed([delivery], detail)
        return
    if any(one.state == Subscription.State.ACTIVE for one in still):
        detail = _("Đã gửi lệnh gỡ, chờ hệ thống bạn trả lời đã nhận.")
    else:
        detail = _("Hệ thống bạn đã thôi đăng ký: không gửi lệnh gỡ tới được nữa.")
    move_delivery(delivery, delivery.status, reason=HOLDS, detail=detail)
