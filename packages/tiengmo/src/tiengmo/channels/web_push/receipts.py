"""What became of notices becomes the state of a village's delivery, and a receipt."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tiengmo.channels.messages.rules import households_told
from tiengmo.channels.web_push.composing import TOLD
from tiengmo.channels.web_push.models import Notice
from tiengmo.releases.actions import move_delivery, record_receipt
from tiengmo.releases.models import Delivery, DeliveryStatus, Release

if TYPE_CHECKING:
    from collections.abc import Mapping

State = Notice.State
GONE = "push_out"
METHOD = "browsers that showed the notice"
METHODS = {
    METHOD: gettext_lazy(
        "số trình duyệt báo đã hiện thông báo: nhiều nhất mỗi máy là một hộ, ít nhất là số máy "
        "chia cho số người bình quân một hộ (độ tin cậy thấp: một người có thể dùng nhiều máy, "
        "thôn do người đăng ký chọn)"
    ),
}


def counts_of(delivery: Delivery, *, kind: str = Notice.Kind.NEWS) -> dict[str, int]:
    rows = Notice.objects.filter(delivery=delivery, kind=kind).order_by()
    return dict(rows.values_list("state").annotate(count=Count("pk")))


def settle(delivery: Delivery) -> None:
    """Bring a delivery up to what became of its notices. Running it again changes nothing."""
    counts = counts_of(delivery)
    if not counts:
        return
    _record(delivery)
    if delivery.release.status == Release.Status.WITHDRAWN:
        _settle_withdrawn(delivery, counts)
        return
    status = state_of(counts)
    is_untouched = not any(counts.get(state) for state in (*TOLD, State.FAILED))
    if (
        status == DeliveryStatus.SENDING
        and delivery.status == DeliveryStatus.PENDING
        and is_untouched
    ):
        return  # still in quiet hours
    move_delivery(delivery, status, reason=_reason(delivery, status), detail=in_words(counts))


def state_of(counts: Mapping[str, int]) -> DeliveryStatus:
    """A village's status, from its notices by state."""
    if counts.get(State.WAITING) or counts.get(State.SENDING):
        return DeliveryStatus.SENDING
    if counts.get(State.SHOWN):
        return DeliveryStatus.DELIVERED
    if counts.get(State.ACCEPTED):
        return DeliveryStatus.SENT
    if counts.get(State.FAILED):
        return DeliveryStatus.FAILED_PERMANENTLY
    return DeliveryStatus.CANCELLED


def _reason(delivery: Delivery, status: str) -> str:
    if delivery.reason == GONE:
        return GONE
    if status == DeliveryStatus.SENT:
        return "waiting"
    if status != DeliveryStatus.FAILED_PERMANENTLY:
        return ""
    failed = Notice.objects.filter(delivery=delivery, state=State.FAILED).exclude(reason="")
    return failed.order_by("reason").values_list("reason", flat=True).first() or "error"


def in_words(counts: Mapping[str, int]) -> str:
    parts = [
        f"{State(state).label}: {counts[state]}" for state in State.values if counts.get(state)
    ]
    return _("Trình duyệt") + " – " + ", ".join(parts) + "."


def _settle_withdrawn(delivery: Delivery, counts: Mapping[str, int]) -> None:
    """Taken back once every device that had it was sent the notice that takes its place."""
    notices = counts_of(delivery, kind=Notice.Kind.WITHDRAWAL)
    out = sum(counts.get(state, 0) for state in TOLD)
    told = notices.get(State.ACCEPTED, 0) + notices.get(State.SHOWN, 0)
    waiting = notices.get(State.WAITING, 0) + notices.get(State.SENDING, 0)
    text = _("Thông báo đã tới %(out)d máy; báo gỡ đã thay chỗ trên %(told)d máy.")
    detail = text % {"out": out, "told": told}
    if waiting or told < out:
        move_delivery(delivery, delivery.status, reason=GONE, detail=detail)
    else:
        move_delivery(delivery, DeliveryStatus.WITHDRAWN, reason="", detail=detail)


def _record(delivery: Delivery) -> None:
    """A receipt for each language, when what it claims has grown."""
    village = delivery.village
    if village is None:
        return
    shown = Counter(
        Notice.objects.filter(
            delivery=delivery, kind=Notice.Kind.NEWS, state=State.SHOWN
        ).values_list("language", flat=True)
    )
    for language, browsers in shown.items():
        lo, hi = households_told(
            browsers, households=village.households, population=village.population
        )
        record_receipt(
            delivery,
            key=f"push:{delivery.pk}:{language}:{lo}:{hi}",
            kind="pushed",
            at=timezone.now(),
            village=village,
            language=language,
            households=(lo, hi),
            method=METHOD,
            proof={"browsers": browsers},
        )
