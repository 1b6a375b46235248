"""What became of notices becomes the state of a village's delivery, and a receipt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy

from tiengmo.channels.messages.rules import households_told
from tiengmo.channels.settling import Settling
from tiengmo.channels.web_push.composing import TOLD
from tiengmo.channels.web_push.models import Notice

if TYPE_CHECKING:
    from tiengmo.releases.models import Delivery

GONE = "push_out"
METHOD = "browsers that showed the notice"
METHODS = {
    METHOD: gettext_lazy(
        "số trình duyệt báo đã hiện thông báo: nhiều nhất mỗi máy là một hộ, ít nhất là số máy "
        "chia cho mười, coi như không hộ nào có hơn mười máy (độ tin cậy thấp: "
        "một người có thể dùng nhiều máy, thôn do người đăng ký chọn)"
    ),
}


def households(delivery: Delivery, browsers: int) -> tuple[int, int]:
    """Households behind so many browsers of the delivery's village: at least, at most."""
    village = delivery.village
    if village is None:
        return 0, 0
    return households_told(browsers, households=village.households, population=village.population)


SETTLING = Settling(
    model=Notice,
    arrived=Notice.State.SHOWN,
    told=TOLD,
    gone=GONE,
    failed="error",
    counted=gettext_lazy("Trình duyệt"),
    taken_back=gettext_lazy("Thông báo đã tới %(out)d máy; báo gỡ đã thay chỗ trên %(told)d máy."),
    prefix="push",
    kind="pushed",
    method=METHOD,
    proof="browsers",
    households=households,
)
counts_of, settle = SETTLING.counts_of, SETTLING.settle
