"""The boards on the channels page: how many there are, and what is wrong with them."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tiengmo.channels.health import Line
from tiengmo.places.queries import top_units
from tiengmo.speakers.errors import NoStationKey
from tiengmo.speakers.keys import board_signer
from tiengmo.speakers.models import Box


def lines() -> list[Line]:
    """One line for the boards, and one where nobody may sign for them."""
    boards = Box.objects.filter(retired_at=None).exclude(board="")
    count = boards.count()
    name = _("Bảng chữ trên các cụm loa")
    if not count:
        return [Line(name, "unused", _("Chưa cụm loa nào có bảng chữ."))]
    online = boards.filter(is_online=True).count()
    text = ngettext("%(count)d bảng chữ", "%(count)d bảng chữ", count) % {"count": count}
    text += ", " + _("%(online)d đang kết nối") % {"online": online}
    broken = boards.filter(Q(board__contains="failed:") | Q(board__contains="refused"))
    names = list(broken.values_list("name", flat=True)[:5])
    found = [Line(name, "healthy" if online else "slow", text)]
    if names:
        detail = _("%(text)s; hỏng: %(names)s") % {"text": text, "names": ", ".join(names)}
        found = [Line(name, "failing", detail)]
    for unit in top_units():
        try:
            board_signer(unit)
        except NoStationKey as error:
            found.append(Line(_("Khoá ký cho bảng chữ"), "failing", str(error)))
    return found
