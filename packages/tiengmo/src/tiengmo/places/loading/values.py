"""One cell to one value; each raises BadValue with the reason for the person who typed it."""

from __future__ import annotations

import datetime as dt
import re

from django.utils.translation import gettext as _

TRUE = {"true", "1", "co", "có", "x", "yes", "đúng"}
FALSE = {"", "false", "0", "khong", "không", "no", "sai"}
_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z.\-]*")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_VIETNAMESE = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_LIMITS = {"latitude": 90.0, "longitude": 180.0}


class BadValue(ValueError):
    """A cell that cannot be taken."""


def code(text: str, longest: int = 20) -> str:
    if not text:
        raise BadValue(_("thiếu mã"))
    if len(text) > longest or not _CODE.fullmatch(text):
        raise BadValue(
            _("mã “%(code)s” không hợp lệ (chữ, số, gạch nối; tối đa %(longest)s ký tự)")
            % {"code": text[:40], "longest": longest}
        )
    return text


def name(text: str, longest: int = 200) -> str:
    if not text:
        raise BadValue(_("thiếu tên"))
    if len(text) > longest:
        raise BadValue(
            _("tên dài %(n)s ký tự, tối đa %(longest)s") % {"n": len(text), "longest": longest}
        )
    return text


def day(text: str, column: str) -> dt.date | None:
    """A date as ISO (2025-07-01) or as people write it (01/07/2025); None when empty."""
    if not text:
        return None
    if found := _ISO.fullmatch(text):
        year, month, date = (int(part) for part in found.groups())
    elif found := _VIETNAMESE.fullmatch(text):
        date, month, year = (int(part) for part in found.groups())
    else:
        raise BadValue(
            _("%(column)s “%(text)s” không phải ngày (viết 01/07/2025 hoặc 2025-07-01)")
            % {"column": column, "text": text[:40]}
        )
    try:
        return dt.date(year, month, date)
    except ValueError:
        raise BadValue(
            _("%(column)s “%(text)s” là ngày không có thật") % {"column": column, "text": text}
        ) from None


def count(text: str, column: str, most: int) -> int:
    if re.fullmatch(r"\d{1,15}", text):
        value = int(text)
        if value > most:
            raise BadValue(
                _("%(column)s %(value)s lớn vô lý (tối đa %(most)s)")
                % {"column": column, "value": value, "most": most}
            )
        return value
    if re.fullmatch(r"[-−]\s*\d+", text):
        raise BadValue(_("%(column)s “%(text)s” là số âm") % {"column": column, "text": text[:40]})
    if not text:
        raise BadValue(_("thiếu %(column)s") % {"column": column})
    raise BadValue(
        _("%(column)s “%(text)s” không phải số nguyên (viết liền, không dấu chấm hay phẩy)")
        % {"column": column, "text": text[:40]}
    )


def claim(text: str, column: str) -> bool:
    lowered = text.lower()
    if lowered in TRUE:
        return True
    if lowered in FALSE:
        return False
    raise BadValue(
        _("%(column)s “%(text)s” phải là có/không (hoặc true/false)")
        % {"column": column, "text": text[:40]}
    )


def coordinate(text: str, column: str) -> float:
    """A decimal degree; a decimal comma is what a Vietnamese Excel writes."""
    if not re.fullmatch(r"[-+]?\d{1,12}([.,]\d{1,20})?", text):
        raise BadValue(
            _("%(column)s “%(text)s” không phải độ thập phân (ví dụ 22.5412)")
            % {"column": column, "text": text[:40]}
        )
    value = float(text.replace(",", "."))
    limit = _LIMITS[column]
    if abs(value) > limit:
        raise BadValue(
            _(
                "%(column)s %(value)s ngoài khoảng ±%(limit)s độ WGS 84;"
                " có lẽ đổi chỗ vĩ độ với kinh độ, hoặc là toạ độ VN-2000"
            )
            % {"column": column, "value": text, "limit": int(limit)}
        )
    return value


def languages(text: str) -> list[str]:
    tags = [tag for tag in re.split(r"[\s,;|]+", text) if tag]
    if not tags:
        raise BadValue(_("thiếu ngôn ngữ (ví dụ: hmn,vi)"))
    for tag in tags:
        if not _LANGUAGE.fullmatch(tag):
            raise BadValue(
                _("“%(tag)s” không phải mã ngôn ngữ (vi, hmn, ium, pcc, hni, tyz…)")
                % {"tag": tag[:40]}
            )
    if len(set(tags)) < len(tags):
        raise BadValue(_("ngôn ngữ ghi hai lần: %(text)s") % {"text": text[:80]})
    return tags
