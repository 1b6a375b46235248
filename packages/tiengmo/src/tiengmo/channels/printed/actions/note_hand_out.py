from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.channels.printed import rules
from tiengmo.channels.printed.errors import PrintedError
from tiengmo.channels.printed.models import HandOut
from tiengmo.channels.printed.queries import copies_out
from tiengmo.channels.printed.receipts import settle
from tiengmo.channels.trail import over_since
from tiengmo.foundation.vietnamese import nfc
from tiengmo.people.actions import require_role
from tiengmo.people.models import Role, User
from tiengmo.people.queries import has_role
from tiengmo.releases.models import Delivery

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID


def note_hand_out(
    delivery: Delivery,
    *,
    by: User,
    id: UUID,  # noqa: A002 - the field's own name
    act: str,
    language: str,
    copies: int,
    households: int,
    on: date,
    place: str = "",
) -> HandOut:
    """Write down what was done with sheets in this delivery's village. The same id counts once.

    Raises NotAllowed; PrintedError says what cannot be, and where the same id came with other
    figures before: those stand.
    """
    village = delivery.village
    if village is None:
        raise PrintedError(_("Bản in này không gửi cho thôn nào."))
    if not has_role(by, Role.PROPAGANDIST, village.unit):
        require_role(by, Role.EDITOR, village.unit)
    with transaction.atomic():
        locked = (
            Delivery.objects.select_for_update(of=("self",))
            .select_related("release", "village")
            .get(pk=delivery.pk)
        )
        counted = households if act == HandOut.Act.GIVEN else 0
        if (known := HandOut.objects.filter(pk=id).first()) is not None:
            before = (known.act, known.language, known.copies, known.households, known.on)
            if known.delivery_id == locked.pk and before == (act, language, copies, counted, on):
                return known
            text = _(
                "Máy chủ đã nhận mục này trước khi sửa (%(n)d tờ). Nếu sai, hãy báo biên tập viên."
            )
            raise PrintedError(text % {"n": known.copies})
        place = nfc(" ".join(place.split()))[:120]
        if problem := _problem(locked, act, on=on, copies=copies, households=households):
            raise PrintedError(problem)
        noted = HandOut.objects.create(
            id=id,
            delivery=locked,
            act=act,
            language=language,
            copies=copies,
            households=counted,
            on=on,
            place=place,
            by_name=str(by),
        )
        settle(locked)
        record(
            "printed.noted",
            by=by,
            subject=locked.release,
            detail={"village": village.code, "act": act, "copies": copies, "on": on.isoformat()},
        )
    return noted


def _problem(delivery: Delivery, act: str, *, on: date, copies: int, households: int) -> str:
    of_village = delivery.village.households if delivery.village is not None else 0
    release = delivery.release
    if not 1 <= copies <= rules.MOST_COPIES:
        return _("Số tờ từ 1 đến 100.000.")
    if release.released_at is None or on < timezone.localdate(release.released_at):
        return _("Ngày ghi trước ngày bản tin phát hành.")
    if on > timezone.localdate():
        return _("Ngày ghi còn chưa tới.")
    if act == HandOut.Act.TAKEN_DOWN:
        out = copies_out(delivery)
        if copies > out:
            return _("Chỉ còn %(out)d tờ ngoài thôn, không thể gỡ %(copies)d.") % {
                "out": out,
                "copies": copies,
            }
        return ""
    # What was put up before, and is only written down now, hangs there as well.
    ended_at = over_since(release)
    if ended_at is not None and on >= timezone.localdate(ended_at):
        if release.withdrawn_at is not None:
            return _("Bản tin đã gỡ: không phát, không dán nữa. Hãy ghi việc gỡ và thu về.")
        return _(
            "Đã có bản đính chính: không phát, không dán bản này nữa. Hãy ghi việc gỡ và thu về."
        )
    if act == HandOut.Act.GIVEN:
        if not 1 <= households <= copies:
            return _("Số hộ đã nhận từ 1 đến số tờ.")
        if households > of_village:
            return _("Thôn chỉ có %(households)d hộ.") % {"households": of_village}
    return ""
