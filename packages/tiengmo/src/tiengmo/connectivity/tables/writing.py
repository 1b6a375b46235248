"""Values as a table has them: what is written can be read again."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


def day(value: date | None) -> str:
    return f"{value:%d/%m/%Y}" if value else ""


def number(value: float | None) -> str:
    if value is None:
        return ""
    return str(int(value)) if value == int(value) else repr(value)
