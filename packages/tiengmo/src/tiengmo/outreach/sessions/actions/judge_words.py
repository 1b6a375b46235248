"""Whether what was written down of a session can be, and stays within what we may hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.outreach.sessions import rules
from tiengmo.outreach.sessions.errors import SessionError
from tiengmo.places.queries import villages_in

if TYPE_CHECKING:
    from datetime import datetime

    from tiengmo.outreach.sessions.actions.take_entry import Words


def judge(words: Words, now: datetime) -> None:
    """Raise SessionError with everything that cannot be. now: when the entry arrived here."""
    problems = {
        "held_at": _when(words, now),
        "headcount": _within(words.headcount, 1, rules.MOST_PEOPLE),
        "households": _households(words),
        "questions": _within(words.questions, 0, rules.MOST_QUESTIONS),
        "opinions": _within(words.opinions, 0, rules.MOST_QUESTIONS),
        "subject": _personal(words.subject) or _length(words.subject, 120),
        "place": _personal(words.place) or _length(words.place, 80),
        "release": _about(words),
    }
    found = {name: text for name, text in problems.items() if text}
    if found:
        raise SessionError(found)


def _when(words: Words, now: datetime) -> str:
    held_at = words.held_at
    here = timezone.localtime(now)
    if held_at > now + rules.CLOCK_TOLERANCE:
        return _(
            "Ngày giờ này chưa tới: giờ máy chủ là %(now)s. Hãy xem lại đồng hồ của điện thoại."
        ) % {"now": f"{here:%H:%M %d/%m/%Y}"}
    if held_at < now - rules.OLDEST:
        return _("Chỉ ghi được buổi trong %(days)d ngày qua; giờ máy chủ là %(now)s.") % {
            "days": rules.OLDEST.days,
            "now": f"{here:%H:%M %d/%m/%Y}",
        }
    return ""


def _within(number: int, least: int, most: int) -> str:
    if least <= number <= most:
        return ""
    return _("Ghi số từ %(least)d đến %(most)d.") % {"least": least, "most": most}


def _households(words: Words) -> str:
    if words.households is None:
        return ""
    most = min(words.headcount, words.village.households)
    if 1 <= words.households <= most:
        return ""
    return _("Số hộ từ 1 đến số người dự, và thôn chỉ có %(households)d hộ.") % {
        "households": words.village.households
    }


def _personal(text: str) -> str:
    return {
        rules.NUMBERS: _("Không ghi số điện thoại, số căn cước, thư điện tử của ai vào sổ này."),
        rules.NAMES: _("Không ghi tên người: sổ này chỉ đếm câu hỏi và ý kiến."),
        "": "",
    }[rules.personal_in(text)]


def _length(text: str, most: int) -> str:
    return "" if len(text) <= most else _("Dài nhất %(most)d ký tự.") % {"most": most}


def _about(words: Words) -> str:
    release = words.release
    if release is None:
        return ""
    # Times are of whole minutes, and of phones.
    earliest = release.released_at and release.released_at - rules.CLOCK_TOLERANCE
    if earliest is None or words.held_at < earliest:
        return _("Bản tin này phát hành sau buổi đã ghi.")
    theirs = villages_in(release.audience, known_at=release.cleared_at)
    if not theirs.filter(pk=words.village.pk).exists():
        return _("Bản tin này không dành cho thôn đã chọn.")
    return ""
