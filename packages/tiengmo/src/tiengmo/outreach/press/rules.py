"""Half-years, and what a row of a table says. Pure."""

from __future__ import annotations

from datetime import date, datetime

# A heading of a column, without marks, as people write it.
COLUMNS = {
    "title": ("ten tin bai", "tieu de", "ten bai", "tin bai", "title"),
    "outlet": ("co quan bao chi", "co quan", "bao", "ten bao", "outlet"),
    "on": ("ngay dang", "ngay", "ngay phat song", "date"),
    "link": ("lien ket", "duong dan", "link", "url", "dia chi"),
}
MOST_ROWS = 5000


def half_of(day: date) -> tuple[int, int]:
    """The year and the half of it: 1 until the end of June."""
    return day.year, 1 if day.month <= 6 else 2  # noqa: PLR2004


def days_of(year: int, half: int) -> tuple[date, date]:
    """The first and the last day of a half-year."""
    if half == 1:
        return date(year, 1, 1), date(year, 6, 30)
    return date(year, 7, 1), date(year, 12, 31)


def day_in(text: str) -> date | None:
    """A day as it is written here (25/9/2026) or by machines (2026-09-25)."""
    text = text.strip()
    for form in ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 (a day has no zone)
        except ValueError:
            continue
    return None
