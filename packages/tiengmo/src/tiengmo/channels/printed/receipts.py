"""What was noted becomes the state of a delivery, and a receipt with households."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tiengmo.channels.printed.models import HandOut
from tiengmo.channels.printed.queries import copies_out, in_villages
from tiengmo.releases.actions import move_delivery, record_receipt
from tiengmo.releases.models import DeliveryStatus, Release

if TYPE_CHECKING:
    from tiengmo.releases.models import Delivery

METHOD = "leaflets noted as given to households"
NO_CLAIM = "posters put up: no household claim"
METHODS = {
    METHOD: gettext_lazy(
        "số hộ nhận tờ rơi do người phát ghi lại; nhiều đợt: ít nhất là đợt lớn nhất, "
        "nhiều nhất là tổng các đợt (độ tin cậy vừa: không ký nhận)"
    ),
    NO_CLAIM: gettext_lazy("số tờ đã dán; không quy ra hộ"),
}
HOLDS = "sheets_out"


def settle(delivery: Delivery) -> None:
    """Bring a delivery up to what was noted of its village; inside the caller's transaction."""
    (row,) = in_villages([delivery])
    for language in row.languages:
        lo, hi = row.households_in(language)
        last = (
            delivery.hand_outs.filter(language=language)
            .exclude(act=HandOut.Act.TAKEN_DOWN)
            .latest("on", "noted_at")
        )
        record_receipt(
            delivery,
            key=f"print:{delivery.pk}:{language}:{lo}:{hi}",
            kind="handed_out",
            at=last.noted_at,
            village=delivery.village,
            language=language,
            households=(lo, hi),
            method=METHOD if hi else NO_CLAIM,
            proof={"given": row.given, "put_up": row.put_up},
        )
    detail = _("Đã phát %(given)d tờ, dán %(put_up)d, gỡ %(taken_down)d.") % {
        "given": row.given,
        "put_up": row.put_up,
        "taken_down": row.taken_down,
    }
    if delivery.release.status != Release.Status.WITHDRAWN:
        move_delivery(delivery, DeliveryStatus.DELIVERED, detail=detail)
    elif copies_out(delivery):
        move_delivery(delivery, delivery.status, reason=HOLDS, detail=detail)
    else:
        move_delivery(delivery, DeliveryStatus.WITHDRAWN, detail=detail)
