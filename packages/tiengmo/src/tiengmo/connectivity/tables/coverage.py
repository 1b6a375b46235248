"""Dead zones: one row, one village and one operator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from tiengmo.connectivity.models import DeadZone, Level, Operator

from .masts import NAMES
from .writing import day

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiengmo.connectivity.models import Statement

    from .cells import Cells

LEVELS = {
    Level.NONE: "không|khong lom|có sóng|0",
    Level.PARTIAL: "một phần|mot phan|1",
    Level.WHOLE: "cả thôn|toàn bộ|hoàn toàn|2",
}


def read(cells: Cells) -> list[Statement]:
    village = cells.village()
    operator = cells.choice("operator", _("nhà mạng"), Operator, NAMES)
    level = cells.choice("level", _("mức lõm sóng"), Level, LEVELS)
    since = cells.since()
    source = cells.source()
    if cells.problems or village is None or since is None:
        return []
    return [DeadZone(village=village, operator=operator, level=level, since=since, source=source)]


def rows(statements: Sequence[DeadZone]) -> list[dict[str, str]]:
    return [
        {
            "village_code": one.village.code,
            "operator": one.get_operator_display(),
            "level": one.get_level_display(),
            "since": day(one.since),
            "source": one.source,
        }
        for one in statements
    ]
