"""The register as a table: what stands on each line, and what is wrong with it."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from tiengmo.channels.social.errors import SocialError
from tiengmo.channels.social.register.addresses import FACEBOOK, ZALO
from tiengmo.foundation.csv_tables import csv_reader
from tiengmo.foundation.decoding import UndecodableText, decode_text
from tiengmo.foundation.vietnamese import fold, nfc

if TYPE_CHECKING:
    import datetime as dt

LARGEST = 4 * 1024 * 1024
MOST_ROWS = 5000
LONGEST_CELL = 2000
NEEDED = ("network", "name", "address", "unit", "owner")
# Columns as people name them, without diacritics.
_COLUMNS = {
    "mang": "network", "network": "network", "kenh": "network",
    "ten": "name", "ten trang": "name", "ten tai khoan": "name", "name": "name",
    "dia chi": "address", "duong dan": "address", "lien ket": "address", "address": "address",
    "url": "address",
    "ma don vi": "unit", "don vi": "unit", "unit": "unit",
    "nguoi phu trach": "owner", "phu trach": "owner", "owner": "owner",
    "dien thoai": "phone", "so dien thoai": "phone", "phone": "phone",
    "ma so": "external_id", "ma trang": "external_id", "ma oa": "external_id", "id": "external_id",
    "tu ngay": "since", "dung tu ngay": "since", "since": "since",
}  # fmt: skip
_NETWORKS = {
    "facebook": FACEBOOK, "fb": FACEBOOK, "trang facebook": FACEBOOK, "fanpage": FACEBOOK,
    "zalo": ZALO, "zalo oa": ZALO, "oa": ZALO,
}  # fmt: skip


@dataclass(frozen=True)
class Row:
    """A line of the table. line: as a spreadsheet counts it, the heading is 1."""

    line: int
    values: dict[str, str] = field(default_factory=dict)
    problem: str = ""


def rows_of(raw: bytes) -> list[Row]:
    """Read the whole table. Raises SocialError when it is none, or lacks a column."""
    if len(raw) > LARGEST:
        raise SocialError(_("Tệp lớn quá 4 MB."))
    try:
        text = decode_text(raw, limit=LARGEST).text
    except UndecodableText as error:
        raise SocialError(
            _("Không nhận ra bảng mã chữ của tệp. Hãy lưu lại dạng “CSV UTF-8”.")
        ) from error
    first = text.partition("\n")[0]
    reader = csv_reader(text, longest_cell=LONGEST_CELL, delimiter=max(",;\t", key=first.count))
    try:
        heading = [_COLUMNS.get(fold(cell).strip().lower(), "") for cell in next(reader)]
    except (StopIteration, csv.Error) as error:
        raise SocialError(_("Không đọc được dòng tên cột.")) from error
    missing = [name for name in NEEDED if name not in heading]
    if missing:
        raise SocialError(
            _("Dòng đầu phải có các cột: mạng, tên, địa chỉ, mã đơn vị, người phụ trách.")
        )
    rows: list[Row] = []
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return rows
        except csv.Error:
            rows.append(Row(line, problem=_("Không đọc được dòng này.")))
            continue
        if not any(cell.strip() for cell in cells):
            continue
        if len(rows) >= MOST_ROWS:
            raise SocialError(_("Bảng dài quá %(most)d dòng.") % {"most": MOST_ROWS})
        named = dict(zip(heading, (nfc(cell).strip() for cell in cells), strict=False))
        rows.append(Row(line, {name: value for name, value in named.items() if name}))


def network_in(text: str) -> str:
    return _NETWORKS.get(fold(text).strip().lower(), "")


def day_in(text: str) -> dt.date | None:
    """A day as people write it: 1/7/2025, 2025-07-01. Raises ValueError."""
    if not text:
        return None
    for form in ("%d/%m/%Y", "%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 (a day has no zone)
        except ValueError:
            continue
    raise ValueError(text)
