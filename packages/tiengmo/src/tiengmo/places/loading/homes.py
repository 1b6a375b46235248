"""The file that says which village of a divided unit goes where: village_code,unit_code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from tiengmo.places.errors import BadLocality

from .tables import read_table

if TYPE_CHECKING:
    from pathlib import Path

ALIASES = {"village_code": ("mã thôn",), "unit_code": ("mã đơn vị", "mã xã")}


def read_homes(path: Path) -> dict[str, str]:
    """Village code → code of its new unit. Raises BadLocality with every bad row."""
    table = read_table(path, ("village_code", "unit_code"), ALIASES)
    homes: dict[str, str] = {}
    for row in table.rows:
        village, unit = row["village_code"], row["unit_code"]
        if not village or not unit:
            table.problems.append(row.problem(_("thiếu mã thôn hoặc mã đơn vị")))
        elif homes.setdefault(village, unit) != unit:
            reason = _("thôn %(code)s ghi về hai đơn vị") % {"code": village}
            table.problems.append(row.problem(reason))
    if table.problems:
        raise BadLocality(table.problems)
    return homes
