"""What became of messages becomes the state of a village's delivery, and a receipt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tiengmo.channels.messages import rules
from tiengmo.channels.messages.composing import TOLD
from tiengmo.channels.messages.models import Message
from tiengmo.channels.messages.queries import counts_of
from tiengmo.connectivity.queries import telephones_in
from tiengmo.releases.actions import move_delivery, record_receipt
from tiengmo.releases.models import Delivery, DeliveryStatus, Release

if TYPE_CHECKING:
    from collections.abc import Mapping

State = Message.State
# Messages are on telephones and do not come back; the people are told.
GONE = "sms_gone"
METHOD = "text messages reported as arrived"
METHODS = {
    METHOD: gettext_lazy(
        "số thuê bao mà nhà mạng báo tin đã tới máy: nhiều nhất mỗi số là một hộ, "
        "không quá số thuê bao di động của thôn nếu đã khai; "
        "ít nhất là số máy chia cho số người bình quân một hộ "
        "(độ tin cậy vừa: nơi ở do người đăng ký khai)"
    ),
}


def settle(delivery: Delivery) -> None:
    """Bring a delivery up to what became of its messages. Running it again changes nothing."""
    counts = counts_of(delivery)
    if not counts:
        return
    _record(delivery)
    release = delivery.release
    if release.status == Release.Status.WITHDRAWN:
        _settle_withdrawn(delivery, counts)
        return
    status, reason = state_of(counts)
    if status == DeliveryStatus.SENDING and delivery.status == DeliveryStatus.PENDING:
        is_waiting = not any(counts.get(state) for state in (*TOLD, State.FAILED))
        if is_waiting:
            return  # still in quiet hours, or without a provider
    if reason == "failed":
        reason = _why_failed(delivery)
    if delivery.reason == GONE:
        reason = GONE
    move_delivery(delivery, status, reason=reason, detail=in_words(counts))


def state_of(counts: Mapping[str, int]) -> tuple[str, str]:
    """A village's status and reason, from its messages by state."""
    if counts.get(State.WAITING) or counts.get(State.SENDING):
        return DeliveryStatus.SENDING, ""
    if counts.get(State.DELIVERED):
        return DeliveryStatus.DELIVERED, ""
    if counts.get(State.ACCEPTED):
        return DeliveryStatus.SENT, "waiting"
    if counts.get(State.IN_DOUBT):
        return DeliveryStatus.IN_DOUBT, "in_doubt"
    if counts.get(State.FAILED):
        return DeliveryStatus.FAILED_PERMANENTLY, "failed"
    return DeliveryStatus.CANCELLED, ""


def in_words(counts: Mapping[str, int]) -> str:
    parts = [
        f"{State(state).label}: {counts[state]}" for state in State.values if counts.get(state)
    ]
    return (_("Số máy") + " – " + ", ".join(str(part) for part in parts) + ".") if parts else ""


def _why_failed(delivery: Delivery) -> str:
    reason = (
        Message.objects.filter(delivery=delivery, state=State.FAILED)
        .exclude(reason="")
        .order_by("reason")
        .values_list("reason", flat=True)
        .first()
    )
    return reason or "not_delivered"


def _settle_withdrawn(delivery: Delivery, counts: Mapping[str, int]) -> None:
    """Nothing is out there that is not known to be wrong, once everybody who had it was told."""
    notices = counts_of(delivery, kind=Message.Kind.WITHDRAWAL)
    out = sum(counts.get(state, 0) for state in TOLD)
    told = notices.get(State.ACCEPTED, 0) + notices.get(State.DELIVERED, 0)
    on_the_way = notices.get(State.WAITING, 0) + notices.get(State.SENDING, 0)
    text = _("Tin đã tới %(out)d số, không thu lại được; đã nhắn báo gỡ tới %(told)d số.")
    detail = text % {"out": out, "told": told}
    if on_the_way or told < out:
        move_delivery(delivery, delivery.status, reason=GONE, detail=detail)
    else:
        move_delivery(delivery, DeliveryStatus.WITHDRAWN, reason="", detail=detail)


def _record(delivery: Delivery) -> None:
    """A receipt for each language, when what it claims has grown."""
    village = delivery.village
    if village is None:
        return
    arrived: dict[str, int] = {}
    rows = Message.objects.filter(
        delivery=delivery, kind=Message.Kind.NEWS, state=State.DELIVERED
    ).values_list("language", flat=True)
    for language in rows:
        arrived[language] = arrived.get(language, 0) + 1
    telephones = telephones_in(village, timezone.localdate(delivery.release.released_at))
    for language, numbers in arrived.items():
        lo, hi = rules.households_told(
            numbers,
            households=village.households,
            population=village.population,
            telephones=telephones,
        )
        record_receipt(
            delivery,
            key=f"sms:{delivery.pk}:{language}:{lo}:{hi}",
            kind="texted",
            at=timezone.now(),
            village=village,
            language=language,
            households=(lo, hi),
            method=METHOD,
            proof={"numbers": numbers},
        )
