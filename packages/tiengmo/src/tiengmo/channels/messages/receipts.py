"""What became of messages becomes the state of a village's delivery, and a receipt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext_lazy

from tiengmo.channels.messages import rules
from tiengmo.channels.messages.composing import TOLD
from tiengmo.channels.messages.models import Message
from tiengmo.channels.settling import Settling
from tiengmo.connectivity.queries import telephones_in

if TYPE_CHECKING:
    from tiengmo.releases.models import Delivery

# Messages are on telephones and do not come back; the people are told.
GONE = "sms_gone"
METHOD = "text messages reported as arrived"
METHODS = {
    METHOD: gettext_lazy(
        "số thuê bao mà nhà mạng hoặc Zalo báo tin đã tới máy: nhiều nhất mỗi số là một hộ, "
        "không quá số thuê bao di động của thôn nếu đã khai; "
        "ít nhất là số máy chia cho mười, coi như không hộ nào có hơn mười số "
        "(độ tin cậy vừa: nơi ở do người đăng ký khai)"
    ),
}


def households(delivery: Delivery, numbers: int) -> tuple[int, int]:
    """Households behind so many numbers of the delivery's village: at least, at most."""
    village = delivery.village
    if village is None:
        return 0, 0
    return rules.households_told(
        numbers,
        households=village.households,
        population=village.population,
        telephones=telephones_in(village, timezone.localdate(delivery.release.released_at)),
    )


SETTLING = Settling(
    model=Message,
    arrived=Message.State.DELIVERED,
    told=TOLD,
    gone=GONE,
    failed="not_delivered",
    counted=gettext_lazy("Số máy"),
    taken_back=gettext_lazy(
        "Tin đã tới %(out)d số, không thu lại được; đã nhắn báo gỡ tới %(told)d số."
    ),
    prefix="sms",
    kind="texted",
    method=METHOD,
    proof="numbers",
    households=households,
)
counts_of, settle = SETTLING.counts_of, SETTLING.settle
