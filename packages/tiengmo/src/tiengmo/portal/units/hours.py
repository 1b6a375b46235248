"""Office hours in words for people, and whether an office is open at this moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.broadcasting.rules.recurrence import holiday_name
from tiengmo.directory.rules import Opening, alike, opening

if TYPE_CHECKING:
    from datetime import datetime

    from tiengmo.directory.models import Office

DAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật")


@dataclass(frozen=True)
class OfficeHours:
    """An office as the contact page shows it."""

    office: Office
    lines: list[tuple[str, str]]
    is_open: bool
    told: str


def office_hours(office: Office, now: datetime | None = None) -> OfficeHours:
    """An office with its week in a few lines and one sentence on this moment."""
    at = timezone.localtime(now)
    found = opening(
        office.hours,
        at,
        holiday_of=holiday_name,
        opens_on_holidays=office.opens_on_holidays,
    )
    return OfficeHours(office, week_lines(office), found.is_open, _told(found, at))


def week_lines(office: Office) -> list[tuple[str, str]]:
    """Days that are alike together: ("Thứ Hai – Thứ Sáu", "07:30–11:30, 13:30–17:00")."""
    return [
        (DAYS[first] if first == last else f"{DAYS[first]} – {DAYS[last]}", text or _("nghỉ"))
        for first, last, text in alike(office.hours)
    ]


def _told(found: Opening, at: datetime) -> str:
    if found.is_open:
        if found.changes_at is None:
            return _("Trực cả ngày đêm")
        return _("Đang mở cửa, đến %(until)s") % {"until": f"{found.changes_at:%H:%M}"}
    when = ""
    if found.changes_at is not None:
        days = (found.changes_at.date() - at.date()).days
        clock = f"{found.changes_at:%H:%M}"
        if days == 0:
            when = _("mở lại lúc %(clock)s") % {"clock": clock}
        elif days == 1:
            when = _("mở lại %(clock)s ngày mai") % {"clock": clock}
        else:
            day = f"{DAYS[found.changes_at.weekday()]} {found.changes_at:%d/%m}"
            when = _("mở lại %(clock)s %(day)s") % {"clock": clock, "day": day}
    if found.is_lunch:
        why = _("Đang nghỉ trưa")
    elif found.holiday:
        why = _("Hôm nay nghỉ lễ (%(name)s)") % {"name": found.holiday}
    else:
        why = _("Đang đóng cửa")
    return f"{why}, {when}" if when else why
