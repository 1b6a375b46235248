"""Masts: one row, one mast and what it carried from a day on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from tiengmo.connectivity.models import Mast, Operator
from tiengmo.connectivity.models.mast import TECHNOLOGIES
from tiengmo.places.loading import values
from tiengmo.places.loading.values import BadValue

from .writing import day, number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiengmo.connectivity.models import Statement

    from .cells import Cells

# How offices write the names of operators.
NAMES = {
    Operator.VINAPHONE: "vina|vnpt|vinaphone vnpt|vnpt vinaphone",
    Operator.MOBIFONE: "mobi|mobile fone",
    Operator.VIETTEL: "viettel telecom|vtl",
    Operator.VIETNAMOBILE: "vnm|vietnam mobile",
    Operator.GMOBILE: "gtel|gtel mobile",
}
HIGHEST_M = 350.0


def read_height(text: str) -> float | None:
    if not text:
        return None
    if not re.fullmatch(r"\d{1,4}([.,]\d{1,3})?", text):
        raise BadValue(_("chiều cao “%(text)s” không phải số mét") % {"text": text[:40]})
    height = float(text.replace(",", "."))
    if not 1 <= height <= HIGHEST_M:
        raise BadValue(_("chiều cao từ 1 đến %(most)d mét") % {"most": int(HIGHEST_M)})
    return height


def read(cells: Cells) -> list[Statement]:
    operator = cells.choice("operator", _("nhà mạng"), Operator, NAMES)
    code = cells.line("code", _("mã trạm"), 40)
    technologies = cells.technologies(TECHNOLOGIES)
    height = cells.take("height_m", read_height)
    latitude = cells.take("latitude", values.coordinate, "latitude")
    longitude = cells.take("longitude", values.coordinate, "longitude")
    unit, village = cells.unit(), cells.village(needed=False)
    if village is not None and unit is not None and village.unit_id != unit.pk:
        told = {"village": village.name, "unit": unit.name}
        cells.refuse("village_code", _("thôn %(village)s không thuộc %(unit)s") % told)
    since = cells.since()
    until = cells.until(since)
    source = cells.source()
    if cells.problems or unit is None or since is None or latitude is None or longitude is None:
        return []
    return [
        Mast(
            operator=operator,
            code=code,
            unit=unit,
            village=village,
            technologies=technologies,
            height_m=height,
            latitude=latitude,
            longitude=longitude,
            since=since,
            until=until,
            source=source,
        )
    ]


def rows(statements: Sequence[Mast]) -> list[dict[str, str]]:
    return [
        {
            "operator": one.get_operator_display(),
            "code": one.code,
            "technologies": ", ".join(one.technologies),
            "height_m": number(one.height_m),
            "latitude": number(one.latitude),
            "longitude": number(one.longitude),
            "unit_code": one.unit.code,
            "village_code": one.village.code if one.village else "",
            "since": day(one.since),
            "until": day(one.until),
            "source": one.source,
        }
        for one in statements
    ]
