"""Which columns a catalogue has, under what headings people write."""

from __future__ import annotations

import re

from tiengmo.foundation.vietnamese import fold

# Heading without marks, spaces as they come → what it is. The first of each is what docs show.
COLUMNS = {
    "code": ("ma", "ma thu tuc", "code"),
    "name": ("ten", "ten thu tuc", "ten thu tuc hanh chinh", "name"),
    "field": ("linh vuc", "field"),
    "level": ("cap", "cap thuc hien", "level"),
    "agency": ("co quan", "co quan thuc hien", "agency"),
    "legal_basis": ("can cu", "can cu phap ly", "legal basis"),
    "who_may_apply": ("doi tuong", "doi tuong thuc hien", "ai nop duoc", "who may apply"),
    "steps": ("cac buoc", "trinh tu", "trinh tu thuc hien", "steps"),
    "papers": ("giay to", "thanh phan ho so", "papers"),
    "fees": ("le phi", "phi le phi", "phi, le phi", "fees"),
    "deadline": ("thoi han", "thoi han giai quyet", "deadline"),
    "deadline_note": ("ghi chu thoi han", "deadline note"),
    "result": ("ket qua", "result"),
    "where_to_go": ("noi nop", "nop o dau", "where to go"),
    "when_to_go": ("gio tiep nhan", "when to go"),
    "online_level": ("truc tuyen", "online level"),
    "online_url": ("dia chi truc tuyen", "online url"),
    "valid_from": ("ap dung tu", "valid from"),
    "checked_on": ("kiem tra ngay", "checked on"),
}
NEEDED = ("code", "name", "field", "level", "agency", "who_may_apply", "steps", "where_to_go")
_BY_HEADING = {heading: name for name, headings in COLUMNS.items() for heading in headings}


def column_of(heading: str) -> str | None:
    """Which column a heading names, however it is cased, marked and spaced."""
    words = re.sub(r"[\s_]+", " ", fold(heading)).strip(" .:*")
    return _BY_HEADING.get(words)
