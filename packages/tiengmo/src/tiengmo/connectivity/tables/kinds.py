"""The kinds of tables that can be taken in and given out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from tiengmo.connectivity.models import DeadZone, Mast, OfficeLine, OfficeSoftware, VillageFigure

from . import coverage, figures, masts, offices

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.utils.functional import _StrPromise

    from tiengmo.connectivity.models import Statement

    from .cells import Cells


@dataclass(frozen=True)
class Column:
    name: str
    label: str | _StrPromise
    is_needed: bool = True
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kind:
    """One kind of table: `code` in addresses and commands, rows read and written."""

    code: str
    label: str | _StrPromise
    model: Any
    related: tuple[str, ...]
    columns: tuple[Column, ...]
    # A row's statements, unsaved; problems are noted in the cells.
    read: Callable[[Cells], list[Statement]]
    # Statements that stand together in one row, and the row's cells by column.
    rows: Callable[[Sequence[Any]], list[dict[str, str]]]
    # The unit whose technicians keep it, as the database's path.
    unit_path: str

    def unit_of(self, statement: Any) -> Any:
        for name in self.unit_path.split("__"):
            statement = getattr(statement, name)
        return statement

    @property
    def needed(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.is_needed)

    @property
    def aliases(self) -> dict[str, tuple[str, ...]]:
        # Tables are given out in the locality's language, whatever that of the reader's pages.
        with override(settings.LANGUAGE_CODE):
            own = {column.name: str(column.label) for column in self.columns}
        return {
            column.name: (own[column.name], str(column.label), *column.also)
            for column in self.columns
        }


SINCE = Column("since", _("từ ngày"), also=("tu ngay", "ngày", "since", "in use since"))
UNTIL = Column("until", _("đến hết ngày"), is_needed=False, also=("den ngay", "until", "đến ngày"))
SOURCE = Column("source", _("nguồn số liệu"), is_needed=False, also=("nguồn", "source"))
VILLAGE = Column("village_code", _("mã thôn"), also=("ma thon", "village"))
UNIT = Column("unit_code", _("mã xã"), also=("mã đơn vị", "unit"))
OPERATOR = Column("operator", _("nhà mạng"), also=("operator", "nhà cung cấp"))
OFFICE = Column("office", _("tên cơ quan"), also=("cơ quan", "office"))

KINDS = (
    Kind(
        "tram", _("Trạm phát sóng"), Mast, ("unit", "village__unit"),
        (
            OPERATOR,
            Column("code", _("mã trạm"), also=("trạm",)),
            Column("technologies", _("công nghệ"), also=("technology",)),
            Column("height_m", _("chiều cao (m)"), is_needed=False, also=("chiều cao", "height")),
            Column("latitude", _("vĩ độ")),
            Column("longitude", _("kinh độ")),
            UNIT,
            Column("village_code", _("mã thôn"), is_needed=False, also=("ma thon",)),
            SINCE, UNTIL, SOURCE,
        ),
        masts.read, masts.rows, "unit",
    ),
    Kind(
        "thon", _("Cáp quang, thuê bao, điện thoại theo thôn"), VillageFigure, ("village__unit",),
        (
            VILLAGE,
            Column("fibre", _("có cáp quang"), is_needed=False, also=("cáp quang",)),
            Column(
                "fixed_subscribers", _("thuê bao Internet cố định"), is_needed=False,
                also=("thuê bao cố định",),
            ),
            Column("mobile_subscribers", _("thuê bao di động"), is_needed=False),
            Column(
                "smartphones", _("điện thoại thông minh"), is_needed=False, also=("smartphone",)
            ),
            SINCE, SOURCE,
        ),
        figures.read, figures.rows, "village__unit",
    ),
    Kind(
        "vung-lom", _("Vùng lõm sóng"), DeadZone, ("village__unit",),
        (
            VILLAGE, OPERATOR,
            Column("level", _("mức lõm sóng"), also=("mức", "vùng lõm")),
            SINCE, SOURCE,
        ),
        coverage.read, coverage.rows, "village__unit",
    ),
    Kind(
        "duong-truyen", _("Đường truyền của cơ quan"), OfficeLine, ("office__unit",),
        (
            UNIT, OFFICE,
            Column("code", _("mã đường truyền"), also=("số hợp đồng",)),
            Column("kind", _("loại")),
            Column("provider", _("nhà cung cấp"), also=("nhà mạng",)),
            Column("speed_mbps", _("tốc độ (Mbit/s)"), is_needed=False, also=("tốc độ", "mbps")),
            SINCE, UNTIL, SOURCE,
        ),
        offices.read_line, offices.line_rows, "office__unit",
    ),
    Kind(
        "phan-mem", _("Phần mềm, chống mã độc của cơ quan"), OfficeSoftware, ("office__unit",),
        (
            UNIT, OFFICE,
            Column("product", _("phần mềm"), also=("tên phần mềm",)),
            Column("kind", _("loại")),
            Column("machines", _("số máy đã cài"), also=("số máy",)),
            Column("licences", _("số bản quyền"), is_needed=False, also=("bản quyền",)),
            Column(
                "licensed_until", _("bản quyền đến hết ngày"), is_needed=False,
                also=("hạn bản quyền",),
            ),
            SINCE, UNTIL, SOURCE,
        ),
        offices.read_software, offices.software_rows, "office__unit",
    ),
)  # fmt: skip


def kind_of(code: str) -> Kind | None:
    return next((kind for kind in KINDS if kind.code == code), None)
