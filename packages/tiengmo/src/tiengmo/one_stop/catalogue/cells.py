"""What stands in the cells of a catalogue: papers, fees, deadlines, days. Pure functions."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from tiengmo.foundation.vietnamese import fold
from tiengmo.one_stop.models import DeadlineUnit, OnlineLevel
from tiengmo.one_stop.rules import clean_line

_COUNT = re.compile(r"(\d{1,3}) (ban chinh|ban goc|ban sao)")
_DEADLINE = re.compile(r"(\d{1,4}) (ngay lam viec|ngay|gio lam viec|gio)")
_DEADLINE_UNITS = {
    "ngay lam viec": DeadlineUnit.WORKING_DAYS,
    "ngay": DeadlineUnit.DAYS,
    "gio lam viec": DeadlineUnit.WORKING_HOURS,
    "gio": DeadlineUnit.WORKING_HOURS,
}
_AT_ONCE = {"ngay", "giai quyet ngay", "tra ket qua ngay", "lam ngay"}
_ONLINE = {
    "": OnlineLevel.NONE,
    "khong": OnlineLevel.NONE,
    "mot phan": OnlineLevel.PARTIAL,
    "truc tuyen mot phan": OnlineLevel.PARTIAL,
    "toan trinh": OnlineLevel.FULL,
    "truc tuyen toan trinh": OnlineLevel.FULL,
}
_FREE = {"mien phi", "mien le phi", "khong", "khong thu", "khong thu phi", "0"}
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})|(\d{4})-(\d{2})-(\d{2})")


class BadCell(ValueError):
    """What stands in a cell cannot be read; the text says why."""


@dataclass(frozen=True, slots=True)
class PaperCell:
    name: str
    originals: int = 0
    copies: int = 0
    note: str = ""
    form: str = ""


def several(text: str) -> list[str]:
    """Parts of a cell, each on a line of its own or between upright strokes."""
    return [part for part in map(clean_line, re.split(r"[|\n]", text)) if part]


def papers_in(text: str) -> list[PaperCell]:
    """Papers: "Tờ khai; 1 bản chính; 1 bản sao; mẫu: to-khai.docx | Sổ hộ khẩu; 1 bản sao"."""
    found = []
    for part in several(text):
        name, *facts = [clean_line(fact) for fact in part.split(";")]
        counts = {"ban chinh": 0, "ban sao": 0}
        notes, form = [], ""
        for fact in filter(None, facts):
            folded = fold(fact)
            counted = _COUNT.fullmatch(folded)
            if counted:
                kind = "ban sao" if counted[2] == "ban sao" else "ban chinh"
                counts[kind] += int(counted[1])
            elif folded.startswith("mau:"):
                form = fact.partition(":")[2].strip()
            else:
                notes.append(fact)
        if not name:
            raise BadCell("giấy tờ thiếu tên")
        found.append(
            PaperCell(name, counts["ban chinh"], counts["ban sao"], "; ".join(notes), form)
        )
    return found


def fees_in(text: str) -> list[tuple[str, int | None, str]]:
    """Fees: "Lệ phí đăng ký: 8.000 đồng; một lần | Bản sao: 3000", or "Miễn lệ phí"."""
    found: list[tuple[str, int | None, str]] = []
    for part in several(text):
        if fold(part) in _FREE:
            found.append(("Lệ phí", 0, ""))
            continue
        name, colon, rest = part.partition(":")
        amount_text, _semicolon, note = rest.partition(";")
        folded = fold(clean_line(amount_text)).removesuffix("dong").removesuffix("vnd").strip()
        if not colon or not name.strip():
            raise BadCell(f"lệ phí “{part[:60]}”: cần dạng “tên: số tiền”")
        if folded in _FREE:
            found.append((clean_line(name), 0, clean_line(note)))
        elif re.fullmatch(r"\d{1,3}([. ]\d{3})+|\d{1,10}", folded):
            amount = int(folded.replace(".", "").replace(" ", ""))
            found.append((clean_line(name), amount, clean_line(note)))
        elif re.search(r"\d", folded) and not note.strip():
            raise BadCell(f"lệ phí “{part[:60]}”: không đọc được số tiền")
        else:
            found.append((clean_line(name), None, clean_line(rest)))
    return found


def deadline_in(text: str) -> tuple[int | None, str]:
    """A deadline: "5 ngày làm việc", "30 ngày", "4 giờ làm việc", "ngay"."""
    folded = fold(clean_line(text))
    if folded in _AT_ONCE:
        return None, DeadlineUnit.AT_ONCE
    if not folded:
        return None, DeadlineUnit.WORKING_DAYS
    found = _DEADLINE.fullmatch(folded)
    if found is None:
        raise BadCell(f"thời hạn “{text[:60]}”: cần dạng “5 ngày làm việc” hoặc “ngay”")
    return int(found[1]), _DEADLINE_UNITS[found[2]]


def online_in(text: str) -> str:
    """How far it can be done online: "toàn trình", "một phần", "không" or nothing."""
    found = _ONLINE.get(fold(clean_line(text)))
    if found is None:
        raise BadCell(f"trực tuyến “{text[:40]}”: cần “toàn trình”, “một phần” hoặc “không”")
    return found


def day_in(text: str) -> dt.date | None:
    """A day as people write it, 01/07/2022, or as computers do; None for an empty cell."""
    text = clean_line(text)
    if not text:
        return None
    found = _DAY.fullmatch(text)
    if found is None:
        raise BadCell(f"ngày “{text[:40]}”: cần dạng 01/07/2022")
    day, month, year, iso_year, iso_month, iso_day = found.groups()
    try:
        return dt.date(int(year or iso_year), int(month or iso_month), int(day or iso_day))
    except ValueError as error:
        raise BadCell(f"không có ngày “{text[:40]}”") from error
