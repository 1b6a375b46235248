"""Whether what was written down of a run can be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.outreach.runs import rules
from tiengmo.outreach.runs.errors import RunError
from tiengmo.outreach.sessions.rules import CLOCK_TOLERANCE, NUMBERS, OLDEST, personal_in
from tiengmo.places.queries import villages_in

if TYPE_CHECKING:
    from datetime import datetime

    from tiengmo.outreach.runs.actions.take_run import Words


def judge(words: Words, now: datetime) -> None:
    """Raise RunError with everything that cannot be. now: when the entry arrived here."""
    problems = {
        "started_at": _started(words, now),
        "ended_at": _ended(words, now),
        "vehicle": _personal(words.vehicle) if words.vehicle else _("Ghi tên hoặc biển số xe."),
        "route": _personal(words.route),
        "stops": _within(words.stops, 0, rules.MOST_STOPS),
        "range_m": _within(words.range_m, rules.NEAREST_RANGE_M, rules.FURTHEST_RANGE_M),
        "releases": _about(words),
    }
    found = {name: text for name, text in problems.items() if text}
    if found:
        raise RunError(found)


def _started(words: Words, now: datetime) -> str:
    if words.started_at < now - OLDEST:
        told = {"days": OLDEST.days, "now": f"{timezone.localtime(now):%H:%M %d/%m/%Y}"}
        return _("Chỉ ghi được chuyến trong %(days)d ngày qua; giờ máy chủ là %(now)s.") % told
    return ""


def _ended(words: Words, now: datetime) -> str:
    if words.ended_at <= words.started_at:
        return _("Giờ kết thúc phải sau giờ bắt đầu.")
    if words.ended_at - words.started_at > rules.LONGEST:
        return _("Một chuyến dài nhất %(hours)d giờ.") % {
            "hours": rules.LONGEST.total_seconds() // 3600
        }
    if words.ended_at > now + CLOCK_TOLERANCE:
        told = {"now": f"{timezone.localtime(now):%H:%M %d/%m/%Y}"}
        return _("Giờ này chưa tới: giờ máy chủ là %(now)s. Xem lại đồng hồ điện thoại.") % told
    return ""


def _personal(text: str) -> str:
    found = personal_in(text)
    if found == NUMBERS:
        return _("Không ghi số điện thoại, số căn cước, thư điện tử của ai vào sổ này.")
    return _("Không ghi tên người vào sổ này.") if found else ""


def _within(number: int, least: int, most: int) -> str:
    if least <= number <= most:
        return ""
    return _("Ghi số từ %(least)d đến %(most)d.") % {"least": least, "most": most}


def _about(words: Words) -> str:
    passed = {village.pk for village in words.villages}
    for release in words.releases:
        earliest = release.released_at and release.released_at - CLOCK_TOLERANCE
        if earliest is None or words.ended_at < earliest:
            return _("Bản tin “%(title)s” phát hành sau chuyến này.") % {"title": release.title}
        theirs = villages_in(release.audience, known_at=release.cleared_at)
        if not theirs.filter(pk__in=passed).exists():
            told = {"title": release.title}
            return _("Bản tin “%(title)s” không dành cho thôn nào đã chọn.") % told
    return ""
