"""Sessions as a table that spreadsheets read."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.foundation.csv_tables import spreadsheet_cell
from tiengmo.foundation.languages import language_name

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from tiengmo.outreach.sessions.models import Session


def csv_of(rows: QuerySet[Session], name: str) -> HttpResponse:
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    # Excel takes a file without this mark for windows-1258.
    response.write("\ufeff")
    table = csv.writer(response)
    table.writerow(
        [
            _("Ngày"),
            _("Giờ"),
            _("Hình thức"),
            _("Xã"),
            _("Thôn"),
            _("Nơi họp"),
            _("Chủ đề"),
            _("Nội dung"),
            _("Bản tin"),
            _("Tiếng"),
            _("Số người dự"),
            _("Số hộ có người dự"),
            _("Số câu hỏi"),
            _("Số ý kiến"),
            _("Người ghi"),
        ]
    )
    for one in rows.iterator(chunk_size=500):
        at = timezone.localtime(one.held_at)
        table.writerow(
            map(
                spreadsheet_cell,
                [
                    f"{at:%d/%m/%Y}",
                    f"{at:%H:%M}",
                    one.get_kind_display(),
                    one.village.unit.name,
                    one.village.name,
                    one.place,
                    one.topic.name,
                    one.subject,
                    one.release.title if one.release is not None else "",
                    language_name(one.language),
                    one.headcount,
                    "" if one.households is None else one.households,
                    one.questions,
                    one.opinions,
                    one.author_name,
                ],
            )
        )
    return response
