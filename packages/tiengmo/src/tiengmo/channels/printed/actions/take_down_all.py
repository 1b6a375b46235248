from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.channels.printed import rules
from tiengmo.channels.printed.actions.note_hand_out import note_hand_out
from tiengmo.channels.printed.errors import PrintedError
from tiengmo.channels.printed.models import HandOut
from tiengmo.channels.printed.queries import in_villages

if TYPE_CHECKING:
    from uuid import UUID

    from tiengmo.people.models import User
    from tiengmo.releases.models import Delivery


def hanging_in(delivery: Delivery) -> int:
    """Sheets that were put up in this delivery's village and not noted as taken down."""
    (row,) = in_villages([delivery])
    return rules.where_out(row.given, row.put_up, row.taken_down)[0]


def take_down_all(
    delivery: Delivery,
    *,
    id: UUID,  # noqa: A002 - the field's own name
    by: User,
) -> HandOut:
    """Write down that nothing hangs in the village any more. The same id counts once.

    Raises NotAllowed, PrintedError when nothing hung.
    """
    if (known := HandOut.objects.filter(pk=id).first()) is not None:
        return known
    hanging = hanging_in(delivery)
    if not hanging:
        raise PrintedError(_("Ở thôn này không còn tờ nào ghi là đang dán."))
    put_up = delivery.hand_outs.filter(act=HandOut.Act.PUT_UP).latest("on", "noted_at")
    return note_hand_out(
        delivery,
        by=by,
        id=id,
        act=HandOut.Act.TAKEN_DOWN,
        language=put_up.language,
        copies=hanging,
        households=0,
        on=timezone.localdate(),
        place=put_up.place,
    )
