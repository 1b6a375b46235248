"""Procedures at any stage of their life, and catalogues as offices export them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from tiengmo.one_stop.actions import publish_version, save_draft
from tiengmo.one_stop.actions.content import FeeWords, PaperWords
from tiengmo.one_stop.models import (
    Procedure,
    ProcedureField,
    ProcedureLevel,
    ProcedureVersion,
)
from tiengmo.people.tests.factories import UserFactory
from tiengmo.places.tests.factories import UnitFactory

PAPERS = [PaperWords("Tờ khai đăng ký khai sinh", 1), PaperWords("Giấy chứng sinh", 1, 1)]
FEES = [FeeWords("Lệ phí đăng ký", 8000), FeeWords("Bản sao trích lục", 3000, "mỗi bản")]


@dataclass
class Offices:
    """A district with two communes. member: an editor here; colleague: an approver here;
    stranger: an approver of the other commune; top_approver: of the district."""

    top: object = field(default_factory=lambda: UnitFactory(top=True))

    def __post_init__(self):
        self.here = UnitFactory(parent=self.top)
        self.there = UnitFactory(parent=self.top)
        self.member = UserFactory(editor=self.here)
        self.colleague = UserFactory(approver=self.here)
        self.stranger = UserFactory(approver=self.there)
        self.top_approver = UserFactory(approver=self.top)


def words(**fields) -> dict:
    values = {
        "name": "Đăng ký khai sinh",
        "field": "ho-tich",
        "level": "cap-xa",
        "agency": "UBND cấp xã",
        "legal_basis": "Luật Hộ tịch 2014",
        "who_may_apply": "Cha, mẹ, ông bà hoặc người thân của trẻ",
        "steps": "Nộp hồ sơ tại bộ phận một cửa\nCông chức kiểm tra hồ sơ\nNhận giấy khai sinh",
        "deadline_amount": 1,
        "deadline_unit": "working_days",
        "result": "Giấy khai sinh",
        "where_to_go": "Bộ phận một cửa của xã",
        "when_to_go": "Thứ Hai đến thứ Sáu, 7:30–11:30 và 13:30–17:00",
        "valid_from": dt.date(2020, 1, 1),
        **fields,
    }
    if isinstance(values["field"], str):
        values["field"] = ProcedureField.objects.get(code=values["field"])
    if isinstance(values["level"], str):
        values["level"] = ProcedureLevel.objects.get(code=values["level"])
    return values


def draft(
    offices, *, code="1.001193", by=None, papers=None, fees=None, **fields
) -> ProcedureVersion:
    procedure = Procedure(unit=offices.here, code=code)
    version = ProcedureVersion(procedure=procedure, number=1, **words(**fields))
    return save_draft(
        version,
        by=by or offices.member,
        papers=PAPERS if papers is None else papers,
        fees=FEES if fees is None else fees,
    )


def published(offices, **fields) -> Procedure:
    version = publish_version(draft(offices, **fields), by=offices.colleague)
    return Procedure.objects.get(pk=version.procedure_id)


HEADINGS = (
    "Mã thủ tục", "Tên thủ tục", "Lĩnh vực", "Cấp", "Cơ quan thực hiện", "Đối tượng", "Các bước",
    "Giấy tờ", "Lệ phí", "Thời hạn", "Nơi nộp", "Trực tuyến", "Địa chỉ trực tuyến", "Áp dụng từ",
)  # fmt: skip
BIRTH = (
    "1.001193", "Đăng ký khai sinh", "Hộ tịch", "Cấp xã", "UBND cấp xã", "Cha, mẹ của trẻ",
    "Nộp hồ sơ|Nhận kết quả", "Tờ khai; 1 bản chính|Giấy chứng sinh; 1 bản chính; 1 bản sao",
    "Đăng ký đúng hạn: miễn phí|Bản sao trích lục: 3.000 đồng; mỗi bản", "1 ngày làm việc",
    "Bộ phận một cửa của xã", "toàn trình", "https://dichvucong.example.vn/", "01/07/2022",
)  # fmt: skip
COPY = (
    "2.000815", "Chứng thực bản sao từ bản chính", "chung-thuc", "cap-xa", "UBND cấp xã",
    "Cá nhân, tổ chức", "Xuất trình bản chính|Nhận bản sao", "Bản chính giấy tờ; 1 bản chính",
    "Từ trang 1 đến trang 2: 2000; mỗi trang", "ngay", "Bộ phận một cửa của xã", "", "", "",
)  # fmt: skip


def catalogue(*rows, headings=HEADINGS, delimiter=",") -> str:
    import csv
    import io

    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(headings)
    writer.writerows(rows or (BIRTH, COPY))
    return text.getvalue()


def changed(row, **cells):
    """A row with some cells, by heading without spaces and marks, changed."""
    from tiengmo.one_stop.catalogue.columns import column_of

    names = [column_of(heading) for heading in HEADINGS]
    return tuple(cells.get(name, value) for name, value in zip(names, row, strict=True))
