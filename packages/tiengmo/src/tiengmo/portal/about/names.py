"""Names of units in English: the name itself keeps its marks. Pure."""

from __future__ import annotations

KINDS = {
    "Tỉnh": "province",
    "Thành phố": "city",
    "Huyện": "district",
    "Quận": "district",
    "Thị xã": "town",
    "Thị trấn": "township",
    "Phường": "ward",
    "Xã": "commune",
    "Đặc khu": "special zone",
}


def in_english(name: str) -> str:
    """Put the kind of unit behind the name, in English: "Xã Y Tý" is "Y Tý commune"."""
    for kind, english in KINDS.items():
        if name.startswith(f"{kind} "):
            return f"{name[len(kind) + 1 :]} {english}"
    return name
