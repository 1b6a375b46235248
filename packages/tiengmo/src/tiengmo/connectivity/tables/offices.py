"""Lines and software of offices, which the directory knows by unit and name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from tiengmo.connectivity.models import OfficeLine, OfficeSoftware
from tiengmo.connectivity.models.office import LineKind, SoftwareKind
from tiengmo.places.loading import values

from .writing import day, number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiengmo.connectivity.models import Statement

    from .cells import Cells

LINES = {
    LineKind.FIBRE: "cáp quang|ftth|internet",
    LineKind.STATE: "chuyên dùng|tslcd|truyền số liệu",
    LineKind.MOBILE: "3g|4g|5g|di động|dcom",
}
SOFTWARE = {
    SoftwareKind.ANTIVIRUS: "diệt virus|chống virus|diệt vi rút|antivirus|chống vi rút",
    SoftwareKind.SYSTEM: "windows|os",
}
FASTEST_MBPS, MOST_MACHINES = 100_000, 10_000


def read_line(cells: Cells) -> list[Statement]:
    office = cells.office()
    code = cells.line("code", _("mã đường truyền"), 40)
    kind = cells.choice("kind", _("loại"), LineKind, LINES)
    provider = cells.line("provider", _("nhà cung cấp"), 60)
    speed = cells.count("speed_mbps", _("tốc độ"), FASTEST_MBPS)
    since = cells.since()
    until = cells.until(since)
    source = cells.source()
    if cells.problems or office is None or since is None:
        return []
    return [
        OfficeLine(
            office=office,
            code=code,
            kind=kind,
            provider=provider,
            speed_mbps=speed,
            since=since,
            until=until,
            source=source,
        )
    ]


def line_rows(statements: Sequence[OfficeLine]) -> list[dict[str, str]]:
    return [
        {
            "unit_code": one.office.unit.code,
            "office": one.office.name,
            "code": one.code,
            "kind": one.get_kind_display(),
            "provider": one.provider,
            "speed_mbps": number(one.speed_mbps),
            "since": day(one.since),
            "until": day(one.until),
            "source": one.source,
        }
        for one in statements
    ]


def read_software(cells: Cells) -> list[Statement]:
    office = cells.office()
    product = cells.line("product", _("phần mềm"), 120)
    kind = cells.choice("kind", _("loại"), SoftwareKind, SOFTWARE)
    machines = cells.take("machines", values.count, _("số máy đã cài"), MOST_MACHINES)
    licences = cells.count("licences", _("số bản quyền"), MOST_MACHINES)
    licensed_until = cells.day("licensed_until", _("bản quyền đến hết ngày"))
    since = cells.since()
    until = cells.until(since)
    source = cells.source()
    if cells.problems or office is None or since is None:
        return []
    return [
        OfficeSoftware(
            office=office,
            product=product,
            kind=kind,
            machines=machines,
            licences=licences,
            licensed_until=licensed_until,
            since=since,
            until=until,
            source=source,
        )
    ]


def software_rows(statements: Sequence[OfficeSoftware]) -> list[dict[str, str]]:
    return [
        {
            "unit_code": one.office.unit.code,
            "office": one.office.name,
            "product": one.product,
            "kind": one.get_kind_display(),
            "machines": str(one.machines),
            "licences": number(one.licences),
            "licensed_until": day(one.licensed_until),
            "since": day(one.since),
            "until": day(one.until),
            "source": one.source,
        }
        for one in statements
    ]
