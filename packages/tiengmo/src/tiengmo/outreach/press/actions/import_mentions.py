from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.channels.press.models import Outlet
from tiengmo.channels.press.rights import require_worker
from tiengmo.foundation.csv_tables import csv_reader
from tiengmo.foundation.decoding import UndecodableText, decode_text
from tiengmo.foundation.vietnamese import fold, nfc
from tiengmo.outreach.press import rules
from tiengmo.outreach.press.errors import PressRelationsError
from tiengmo.outreach.press.models import Mention

if TYPE_CHECKING:
    from tiengmo.audit.actors import Actor

MOST_BYTES = 4 * 1024 * 1024
MOST_SAID = 10
LONGEST_CELL = 2000


def import_mentions(raw: bytes, *, by: Actor) -> tuple[int, int]:
    """Take a table of what was printed; give how many rows are new and how many were there.

    All of it or nothing. Raises NotAllowed, PressRelationsError: a line for each row that is wrong.
    """
    require_worker(by)
    rows, columns = _table(raw)
    outlets = {_key(one.name): one for one in Outlet.objects.all()}
    mentions: list[Mention] = []
    wrong: list[str] = []
    for number, row in rows:
        cells = {name: row[at].strip() if at < len(row) else "" for name, at in columns.items()}
        try:
            mentions.append(_mention(cells, outlets))
        except ValueError as error:
            wrong.append(_("Dòng %(number)d: %(why)s") % {"number": number, "why": error})
    if wrong:
        more = len(wrong) - MOST_SAID
        last = [_("… và %(more)d dòng nữa.") % {"more": more}] if more > 0 else []
        raise PressRelationsError(*wrong[:MOST_SAID], *last)
    with transaction.atomic():
        before = Mention.objects.count()
        Mention.objects.bulk_create(mentions, ignore_conflicts=True, batch_size=500)
        new = Mention.objects.count() - before
        record("press_mention.imported", by=by, subject=_("bảng tin bài"), detail={"new": new})
    return new, len(mentions) - new


def _table(raw: bytes) -> tuple[list[tuple[int, list[str]]], dict[str, int]]:
    if len(raw) > MOST_BYTES:
        raise PressRelationsError(_("Tệp lớn quá 4 MB."))
    try:
        text = nfc(decode_text(raw).text).lstrip("\ufeff")
    except UndecodableText:
        raise PressRelationsError(_("Không đọc được tệp này. Hãy lưu thành CSV (UTF-8).")) from None
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv_reader(text, longest_cell=LONGEST_CELL, delimiter=delimiter)
    try:
        lines = [(reader.line_num, row) for row in reader]
    except csv.Error:
        text = _("Dòng %(number)d: bảng bị hỏng, có thể thiếu dấu nháy đóng.")
        raise PressRelationsError(text % {"number": reader.line_num}) from None
    if not lines:
        raise PressRelationsError(_("Tệp trống."))
    names = [_key(cell) for cell in lines[0][1]]
    columns = {
        name: names.index(found)
        for name, known in rules.COLUMNS.items()
        if (found := next((one for one in known if one in names), None)) is not None
    }
    if {"title", "outlet", "on"} - columns.keys():
        raise PressRelationsError(
            _("Dòng đầu cần có các cột: Tên tin bài, Cơ quan báo chí, Ngày đăng, Liên kết.")
        )
    rows = [(number, row) for number, row in lines[1:] if any(cell.strip() for cell in row)]
    if len(rows) > rules.MOST_ROWS:
        raise PressRelationsError(_("Một tệp có nhiều nhất 5.000 dòng."))
    return rows, columns


def _key(text: str) -> str:
    return " ".join(fold(text).casefold().split())


def _mention(cells: dict[str, str], outlets: dict[str, Outlet]) -> Mention:
    outlet = outlets.get(_key(cells["outlet"]))
    if outlet is None:
        raise ValueError(
            _("cơ quan báo chí “%(name)s” chưa có trong danh sách.")
            % {"name": cells["outlet"][:60]}
        )
    on = rules.day_in(cells["on"])
    if on is None or on > timezone.localdate():
        raise ValueError(_("ngày “%(day)s” chưa đúng.") % {"day": cells["on"][:20]})
    mention = Mention(
        outlet=outlet, title=" ".join(cells["title"].split()), on=on, link=cells.get("link", "")
    )
    try:
        mention.clean_fields(exclude=["outlet", "agreement"])
    except ValidationError as error:
        raise ValueError(" ".join(error.messages)) from None
    return mention
