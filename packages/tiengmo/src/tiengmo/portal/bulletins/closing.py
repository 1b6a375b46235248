"""Tenders, announcements and calls: what is still open, and what has closed since it was frozen."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

# Stands in frozen pages beside a closing date; what it is replaced by depends on the day.
PLACE = "<!--han-->"
OPEN = '<span class="tag tag--open">Còn hạn</span>'
CLOSED = '<span class="tag tag--closed">Đã hết hạn</span>'


def marked(html: str, closes_on: dt.date | None, today: dt.date) -> str:
    """Say in a frozen piece of a page whether it is still open; the last day itself counts."""
    if closes_on is None:
        return html
    return html.replace(PLACE, OPEN if today <= closes_on else CLOSED)
