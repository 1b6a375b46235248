"""A leader's figures as a workbook, for whoever reckons on."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from tiengmo.reach.models import Assignment

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .report import Report

WIDEST = 60


def as_xlsx(report: Report) -> bytes:
    """Every figure of the leader's page and the rows behind it: bulletins, villages, work."""
    book = Workbook()
    book.remove(book.worksheets[0])
    stretch, work = report.stretch, report.work
    _sheet(
        book,
        _("Tổng hợp"),
        [_("Chỉ số"), _("Ít nhất"), _("Nhiều nhất")],
        [
            (_("Đơn vị"), stretch.unit.name, ""),
            (_("Từ ngày, đến ngày"), stretch.first, stretch.last),
            (_("Bản tin"), len(stretch.releases), ""),
            (_("Thôn"), len(stretch.villages), ""),
            (_("Số hộ"), stretch.households, ""),
            (_("Hộ được tới ít nhất một lần"), *stretch.reached_once),
            (_("Lượt hộ đã tới"), *stretch.reached),
            (_("Lượt hộ cần tới"), stretch.owed, ""),
            (_("Thôn bị sót nhiều lần"), len(stretch.missed_again_and_again), ""),
            (_("Việc đã giao"), work.given, ""),
            (_("Việc chưa xong"), work.open, ""),
            (_("Việc quá hạn"), work.overdue, ""),
            (_("Việc đã làm"), work.done, ""),
        ],
    )
    _sheet(
        book,
        _("Bản tin"),
        [
            _("Bản tin"), _("Phát hành"), _("Thôn"), _("Thôn chưa tới"), _("Số hộ"),
            _("Ít nhất"), _("Nhiều nhất"),
        ],
        [
            (
                one.release.title, _local(one.release.released_at), one.villages,
                one.villages_missed, one.households, *one.reached,
            )
            for one in stretch.releases
        ],
    )  # fmt: skip
    _sheet(
        book,
        _("Thôn"),
        [
            _("Mã thôn"), _("Thôn"), _("Xã"), _("Số hộ"), _("Bản tin cần tới"), _("Chưa tới"),
            _("Không bằng tiếng của thôn"), _("Hộ được tới ít nhất một lần, ít nhất"),
            _("Hộ được tới ít nhất một lần, nhiều nhất"), _("Vì sao"),
        ],
        [
            (
                one.village.code, one.village.name, one.village.unit.name, one.village.households,
                one.owed, one.missed, one.in_another_language, *one.reached_once,
                one.reason_text,
            )
            for one in stretch.villages
        ],
    )  # fmt: skip
    rows = Assignment.objects.filter(
        village__in=[one.village.pk for one in stretch.villages],
        given_at__date__gte=stretch.first,
        given_at__date__lte=stretch.last,
    ).select_related("village__unit", "release", "person")
    _sheet(
        book,
        _("Việc"),
        [
            _("Bản tin"), _("Thôn"), _("Xã"), _("Việc"), _("Giao cho"), _("Hạn"),
            _("Trạng thái"), _("Ngày làm"), _("Số hộ đã tới"),
        ],
        [
            (
                one.release.title, one.village.name, one.village.unit.name, one.what,
                str(one.person or one.village.unit), one.due_on, one.get_state_display(),
                one.done_on, one.households,
            )
            for one in rows
        ],
    )  # fmt: skip
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _local(at: Any) -> Any:
    return timezone.localtime(at).replace(tzinfo=None) if at else None


def _sheet(book: Workbook, name: str, head: list[str], rows: Iterable[tuple[Any, ...]]) -> None:
    sheet = book.create_sheet(name)
    widths = [len(text) for text in head]
    for row, values in enumerate([tuple(head), *rows], start=1):
        for column, value in enumerate(values, start=1):
            cell = sheet.cell(row, column, value)
            if isinstance(value, str):
                # A title that begins with "=" is a title.
                cell.data_type = "s"
                cell.alignment = Alignment(wrap_text=True, vertical="top")
            widths[column - 1] = max(widths[column - 1], len(str(value or "")))
    for column, width in enumerate(widths, start=1):
        sheet.cell(1, column).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(column)].width = min(width + 2, WIDEST)
    sheet.freeze_panes = "A2"
