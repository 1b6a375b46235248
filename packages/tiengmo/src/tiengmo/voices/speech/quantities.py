"""Numbers with what they count: units, money, shares, ranges, fractions, scores, sums."""

from __future__ import annotations

import re

from tiengmo.voices.speech.context import after, before, cue, cue_near
from tiengmo.voices.speech.letters import spell
from tiengmo.voices.speech.numbers import Region, cardinal, digits, number, split
from tiengmo.voices.speech.units import DECIMAL_AFTER, PER, PER_WORDS, UNITS


def _any(keys: dict[str, str]) -> str:
    return "|".join(re.escape(key) for key in sorted(keys, key=len, reverse=True))


_NUMBER = (
    r"(?:\d{1,3}(?:\.\d{3})+(?:,\d+)?(?!\d)|\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|\d+(?:[.,]\d+)?)"
)
# A unit of letters ends where the word ends; a sign (%, ₫) may have the next word right behind it.
_LETTERED = {key: spoken for key, spoken in UNITS.items() if key[-1].isalnum()}
_SIGNED = {key: spoken for key, spoken in UNITS.items() if not key[-1].isalnum()}
_UNIT = rf"(?: ?(?:(?:{_any(_LETTERED)})(?!\w)|{_any(_SIGNED)}))"
_DASH = r" ?[-–÷~] ?"
_SIGN = r"(?:(?<![^\s(])[-+](?=\d))"
_QUANTITY = re.compile(
    rf"(?P<sign>{_SIGN}|± ?)?(?P<money>[$€£¥] ?)?(?P<first>{_NUMBER})(?P<first_unit>{_UNIT})?"
    rf"(?:(?P<dash>{_DASH})(?P<second_sign>-)?(?P<second>{_NUMBER})(?P<second_unit>{_UNIT})?)?"
)
_SCALED = re.compile(
    rf"(?<!\w)(?P<scale>triệu|nghìn|ngàn|tỷ|tỉ|vạn|trăm) (?P<unit>{_any(_LETTERED)})(?!\w)"
)
_CURRENCY_BEFORE = re.compile(rf"(?<!\w)(USD|VNĐ|VND|EUR) ?({_NUMBER})(?!\w)")
_PART = r"\d[\d.]*(?:,\d+)?"
_FRACTION = re.compile(rf"(?<![\d/.,])({_PART})(?: ?/ ?|:)({_PART})(?![\d/]|,\d)(?P<unit>{_UNIT})?")
_TIMES = re.compile(r"(?<=\d) ?[xX×*] ?(?=\d)|(?<=\d[mM]) ?[xX×] ?(?=\d)")
_PLUS = re.compile(r"(?<=\w) ?\+ ?(?=\d)")
_PER = re.compile(
    rf"(?<=[^\W\d_]|[%₫²³°\d]) ?/ ?(?:(?P<unit>{_any(PER)})(?![\w])|(?P<word>{PER_WORDS})(?!\w))"
)
_COUNT_NEAR = re.compile(
    r"(?:\d|(?<!\w)(?:một|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười|nghìn|triệu|tỷ|phần trăm)(?!\w))"
    r"[^,;:()]{0,32}\Z"
)
_SUFFIXED = re.compile(r"(?<![\w.,])(\d{1,4})([A-ZĐ]{1,2})(?!\w)")
_DOTTED = re.compile(
    r"(?<![\d.])(?:\d{1,3}(?:\.\d{1,3}){3}|\d{1,2}(?:\.\d{1,2}){2})(?![\d]|[.,]\d)"
)
_THOUSANDS = re.compile(r"\d{1,3}(?:\.\d{3})+")

_SCORE = cue(
    "tỷ số",
    "tỉ số",
    "thắng",
    "thua",
    "hòa",
    "hoà",
    "kết thúc",
    "dẫn trước",
    "dẫn",
    "gỡ hòa",
    "kết quả",
)
_SCORE_NEAR = cue_near("tỷ số", "tỉ số", "trận", "hiệp", "bàn thắng")
_PART_NUMBER = cue(
    *("mục", "tiểu mục", "phiên bản", "bản", "điểm", "hình", "bảng", "phụ lục", "chương", "bài"),
    *("công nghiệp", "cách mạng", "phần mềm", "tiêu chí", "nội dung", "chính phủ số", "version"),
)
_LABEL = cue("số", "đề án", "mẫu", "biểu", "phụ lục", "mã", "biểu số", "mẫu số", "quầy", "cửa số")
_COLD = cue_near("nhiệt độ", "độ", "âm", "rét", "lạnh", "băng giá", "tăng trưởng")
_ORDINAL = cue("thứ")
_MINUTE = cue("giờ")
_MOST_PARTS = 10
_FOUR = 4
_GROUP = 3


def say_rates(text: str) -> str:
    """Say the slash of a rate: đồng/ha, lượt/ngày, km/h, người/km2."""

    def per(match: re.Match[str]) -> str:
        if match["unit"]:
            return f" trên {PER[match['unit']]}"
        return (
            f" trên {match['word']}" if _COUNT_NEAR.search(before(match)) else f" {match['word']}"
        )

    return _PER.sub(per, text)


def say_products(text: str) -> str:
    """Say the cross between two sizes: 20x30m, 2m x 3m."""
    return _TIMES.sub(" nhân ", text)


def say_quantities(text: str, region: Region) -> str:
    """Say every number that is left, with its sign and unit."""
    text = _DOTTED.sub(lambda match: _dotted(match.group(), region), text)
    text = _SCALED.sub(lambda match: f"{match['scale']} {UNITS[match['unit']]}", text)
    text = _CURRENCY_BEFORE.sub(r"\2 \1", text)
    text = _FRACTION.sub(lambda match: _fraction(match, region), text)
    text = _PLUS.sub(" cộng ", text)
    text = _SUFFIXED.sub(lambda match: _suffixed(match, region), text)
    return _QUANTITY.sub(lambda match: _quantity(match, region), text)


def _dotted(text: str, region: Region) -> str:
    """Say an internet address or the number of a section; a sum in thousands stays a number."""
    if _THOUSANDS.fullmatch(text):
        return text
    return " chấm ".join(cardinal(int(part), region) for part in text.split("."))


def _suffixed(match: re.Match[str], region: Region) -> str:
    if match[2] in UNITS:
        return match.group()
    return f"{_plain(match, match[1], region)} {spell(match[2])}"


def _fraction(match: re.Match[str], region: Region) -> str:
    ratio = ":" in match.group()
    parts = [match[1], match[2].rstrip(".")]
    tail = match[2][len(parts[1]) :]
    unit = f" {_unit(match['unit'])}" if match["unit"] else ""
    upper, lower = (number(part.rstrip("."), region) for part in parts)
    if not ratio and all(part.isdigit() and len(part) <= len(str(_MOST_PARTS)) for part in parts):
        share, whole = (int(part) for part in parts)
        if 0 < share < whole <= _MOST_PARTS:
            return f"{upper} phần {'tư' if whole == _FOUR else lower}{unit}{tail}"
    return f"{upper} trên {lower}{unit}{tail}"


def _quantity(match: re.Match[str], region: Region) -> str:
    parts = match.groupdict()
    unit = _unit(parts["first_unit"])
    if parts["money"]:
        unit = UNITS[parts["money"].strip()]
    following = after(match, 12) if not (unit or parts["second"]) else ""
    first = _number(match, parts["first"], (parts["first_unit"] or following).strip(), region)
    spoken = f"{_sign(match)}{first}"
    if not parts["second"]:
        scale = next(
            (word for word in ("triệu", "tỷ", "nghìn") if following.lstrip().startswith(word)), ""
        )
        if parts["money"] and scale:
            return _glued(match, spoken)
        return _glued(match, f"{spoken} {unit}".strip())
    second_unit = _unit(parts["second_unit"])
    beyond = (parts["second_unit"] or after(match, 12)).strip()
    second = _number(match, parts["second"], beyond, region)
    if parts["second_sign"]:
        second = f"âm {second}"
    joint = _joint(match)
    spoken = f"{spoken} {unit}".strip() + joint + f"{second} {second_unit}".strip()
    return _glued(match, spoken)


def _joint(match: re.Match[str]) -> str:
    """Say what a dash between two numbers means: a range, a score, or only a pause."""
    left, first, second = before(match), match["first"], match["second"]
    small = len(first) <= 2 and len(second) <= 2  # noqa: PLR2004
    if small and (_SCORE.search(left) or (_SCORE_NEAR.search(left) and not match["second_unit"])):
        return " "
    numbers = [
        float(".".join(split(part))) if any(split(part)) else 0.0 for part in (first, second)
    ]
    if (
        numbers[0] < numbers[1]
        or match["first_unit"]
        or match["second_unit"]
        or match["second_sign"]
    ):
        return " đến "
    return ", "


def _number(match: re.Match[str], text: str, following: str, region: Region) -> str:
    if text.isdigit():
        return _plain(match, text, region)
    whole, _, rest = text.partition(".")
    if (
        "," not in text
        and len(rest) != _GROUP
        and (rest.strip("0") == "" or _PART_NUMBER.search(before(match)))
    ):
        return f"{number(whole, region)} chấm {number(rest, region)}"
    return number(text, region, decimal_comma=following.startswith(DECIMAL_AFTER))


def _plain(match: re.Match[str], text: str, region: Region) -> str:
    """Say a number without separators, whose first zero or whose place may matter."""
    if text.startswith("0") and len(text) > 1:
        left = before(match)
        if _LABEL.search(left) or _MINUTE.search(left) or len(text) > 3:  # noqa: PLR2004
            return digits(text)
    if text in {"1", "4"} and _ORDINAL.search(before(match)):
        return "nhất" if text == "1" else "tư"
    return number(text, region)


def _sign(match: re.Match[str]) -> str:
    sign = (match["sign"] or "").strip()
    if sign == "±":
        return "cộng trừ "
    if sign == "+":
        return "cộng "
    if sign == "-":
        degrees = after(match, 6).lstrip().startswith(("độ", "°")) or "độ" in _unit(
            match["first_unit"]
        )
        shares = (match["first_unit"] or "").strip() == "%"
        return "âm " if degrees or shares or _COLD.search(before(match)) else ", "
    return ""


def _unit(text: str | None) -> str:
    return UNITS[text.strip()] if text else ""


def _glued(match: re.Match[str], spoken: str) -> str:
    """Put spaces where letters stand right beside the digits."""
    start, end, text = match.start(), match.end(), match.string
    lead = " " if start and (text[start - 1].isalnum() or text[start - 1] in ".,:") else ""
    tail = " " if end < len(text) and text[end].isalnum() else ""
    return f"{lead}{spoken}{tail}"
