"""Dates and times of day."""

from __future__ import annotations

import re

from tiengmo.voices.speech.context import COUNTED, after, before, cue, cue_near
from tiengmo.voices.speech.numbers import Region, cardinal

_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_MONTH = r"(?:0?[1-9]|1[0-2])"
_YEAR = r"(?:1[2-9]|20|21)\d{2}"
_LAST_HOUR = 24

_FULL = re.compile(
    rf"(?<![\d/.,])(?P<day>{_DAY})(?P<sep>[/.-])(?P<month>{_MONTH})(?P=sep)(?P<year>{_YEAR})(?![\d/])"
)
_ISO = re.compile(rf"(?<![\d/.,-])(?P<year>{_YEAR})-(?P<month>{_MONTH})-(?P<day>{_DAY})(?![\d/-])")
_FROM_TO = re.compile(
    rf"(?<![\d/.,])(?P<day>{_DAY})(?:/(?P<month>{_MONTH})(?:/(?P<year>{_YEAR}))?)?\s?(?:-|–|đến|và|,)\s?"
    rf"(?P<to_day>{_DAY})(?P<sep>[/.])(?P<to_month>{_MONTH})(?:(?P=sep)(?P<to_year>{_YEAR}))?(?![\d/]|[.,]\d)"
)
_DAY_MONTH = re.compile(rf"(?<![\d/.,-])(?P<day>{_DAY})/(?P<month>{_MONTH})(?![\d/]|[.,]\d|-\d)")
_MONTH_YEAR = re.compile(rf"(?<![\d/.,-])(?P<month>{_MONTH})/(?P<year>{_YEAR})(?![\d/]|[.,]\d)")
_MONTHS = re.compile(
    rf"(?<!\w)(?P<name>[Tt]háng|THÁNG) (?P<list>{_MONTH}(?: ?, ?{_MONTH})*)"
    rf"(?:/(?P<year>{_YEAR}))?(?![\d/]|[.,]\d)"
)

_MONTHS_OF = re.compile(
    rf"(?<!\w)(tháng|quý \w{{1,4}}|vụ xuân|vụ mùa|vụ đông) ?/ ?(?={_YEAR}(?![\d/]))"
)

_SAID_DAY = cue("ngày", "mùng", "mồng", "rằm")
_PART_OF_DAY = cue("sáng", "trưa", "chiều", "tối", "đêm")
_STRONG = cue(
    *(
        "ngày",
        "mùng",
        "mồng",
        "sáng",
        "trưa",
        "chiều",
        "tối",
        "đêm",
        "hôm",
        "hôm nay",
        "nay",
        "mai",
    ),
    *("dịp", "lễ", "sáng nay", "chiều nay", "tối nay", "kể từ", "tính đến", "thứ [2-7]", "thứ hai"),
    *(
        "thứ ba",
        "thứ tư",
        "thứ năm",
        "thứ sáu",
        "thứ bảy",
        "chủ nhật",
        "hạn",
        "thời hạn",
        "chào mừng",
    ),
    *(r"thứ (?:[2-7]|hai|ba|tư|năm|sáu|bảy),", r"chủ nhật,", "trước ngày", "sau ngày"),
)
_WEAK = cue(
    *("từ", "đến", "tới", "trước", "sau", "vào", "là", "qua", "cuối", "hết", "lúc", "giờ", "phút"),
    *("và", "khởi công", "hoàn thành", "khai giảng", "khai mạc", "bế mạc", "phát", "diễn ra"),
)
# Days that everyone knows by their numbers: said as dates wherever a feast is spoken of.
_FEASTS = frozenset(
    {"9/1", "3/2", "27/2", "8/3", "26/3", "30/4", "1/5", "15/5", "19/5", "1/6", "21/6", "28/6"}
    | {"27/7", "19/8", "2/9", "10/10", "13/10", "14/10", "20/10", "18/11", "20/11", "22/12"}
    | {"24/12", "25/12"}
)
_NAMED_AFTER = cue(
    "đường", "phố", "quảng trường", "công viên", "trường", "cầu", "chiến thắng", "đại lộ"
)
_FEAST_NEAR = cue_near("ngày", "kỷ niệm", "lễ", "dịp", "mít tinh", "quốc tế")
_SAID_MONTH = cue("tháng")
_NUMBERED = cue(
    "số", "khóa", "quý", "đợt", "kỳ", "nghị quyết", "quyết định", "nghị định", "luật", "thông tư"
)

_CLOCK = (
    r"(?P<hour>\d{1,2}) ?(?:[hH]|giờ) ?(?P<minute>[0-5]\d)?(?!\w)"
    r"(?: ?['’′]| ?phút(?!\w)| ?p(?!\w))?"
)
_HOUR_LETTER = re.compile(r"(?<![\w.,/])" + _CLOCK)
_HOUR_G = re.compile(r"(?<![\w.,/])(?P<hour>\d{1,2})g(?P<minute>[0-5]\d)(?!\w)(?: ?['’′]| ?phút)?")
_HOUR_COLON = re.compile(
    r"(?<![\w.,/:])(?P<hour>[01]?\d|2[0-4]):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?(?![\d:])"
    r"(?: ?[hH](?!\w))?"
)
_RATIO = cue("tỷ lệ", "tỉ lệ", "tỷ số", "tỉ số", "pha", "bản đồ")
_ROUND_THE_CLOCK = re.compile(r"(?<![\w/.,])24 ?/ ?(?P<other>24|7)(?: ?(?:h|giờ)(?!\w))?(?![\d/])")
_TO = re.compile(
    r"(?:(?<=giờ)|(?<=phút)) ?[-–] ?(?=(?:không|một|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười)(?!\w))"
)


def say_times(text: str, region: Region) -> str:
    """Say the times of day: 7h30, 7 giờ 30, 19:05, 7h-9h."""

    def clock(match: re.Match[str]) -> str:
        groups = match.groupdict()
        hour, minute, second = groups["hour"], groups.get("minute"), groups.get("second")
        spoken = f"{cardinal(int(hour), region)} giờ"
        if minute and (int(minute) or int(second or 0)):
            spoken += f" {_two_digits(minute, region)} phút"
        if second and int(second):
            spoken += f" {_two_digits(second, region)} giây"
        return spoken

    def colon(match: re.Match[str]) -> str:
        return match.group() if _RATIO.search(before(match)) else clock(match)

    def round_the_clock(match: re.Match[str]) -> str:
        other = cardinal(int(match["other"]), region)
        hours = " giờ" if match["other"] == str(_LAST_HOUR) else ""
        return f"{cardinal(_LAST_HOUR, region)} trên {other}{hours}"

    text = _ROUND_THE_CLOCK.sub(round_the_clock, text)
    text = _HOUR_LETTER.sub(clock, text)
    text = _HOUR_G.sub(clock, text)
    text = _HOUR_COLON.sub(colon, text)
    return _TO.sub(" đến ", text)


def say_dates(text: str, region: Region) -> str:
    """Say the dates: 03/8/2022, 27 - 28/5/2025, ngày 20/10, 6/2022, tháng 4."""

    def full(match: re.Match[str]) -> str:
        spoken = _date(match["day"], match["month"], match["year"], region)
        return _with_day(match, spoken)

    def from_to(match: re.Match[str]) -> str:
        dated = match["year"] or match["to_year"] or _STRONG.search(before(match))
        zero = any(
            part and part.startswith("0")
            for part in match.group("day", "month", "to_day", "to_month")
        )
        cued = _WEAK.search(before(match)) and not COUNTED.match(after(match))
        if (match["sep"] == "." and not match["to_year"]) or not (dated or zero or cued):
            return match.group()
        joint = re.sub(r"[\s\d/.]", "", match.group())
        if joint == "," and not (match["month"] is None and _SAID_DAY.search(before(match))):
            return match.group()
        first = _date(match["day"], match["month"], match["year"], region)
        last = _date(match["to_day"], match["to_month"], match["to_year"], region)
        word = {"-": " đến", "–": " đến", ",": ","}.get(joint, f" {joint}")
        if match["month"] and joint in {"đến", "-", "–"}:
            word += " ngày"
        spoken = f"{first}{word} {last}"
        # "đêm 12 đến 14/8": a part of the day already leads to a bare number.
        bare = match["month"] is None and _PART_OF_DAY.search(before(match))
        return spoken if bare else _with_day(match, spoken)

    def day_month(match: re.Match[str]) -> str:
        left, right = before(match), after(match)
        zero = match["day"].startswith("0") or match["month"].startswith("0")
        named = f"{int(match['day'])}/{int(match['month'])}" in _FEASTS
        if named and _NAMED_AFTER.search(left):
            return _date(match["day"], match["month"], None, region)
        feast = named and _FEAST_NEAR.search(left) and not COUNTED.match(right)
        alone = left.endswith("(") and right.startswith(")") and _FEAST_NEAR.search(left)
        cued = bool(_WEAK.search(left))
        weak = (cued and zero) or ((cued or zero) and not COUNTED.match(right))
        if not (alone or weak or feast or _STRONG.search(left)):
            return match.group()
        return _with_day(match, _date(match["day"], match["month"], None, region))

    def month_year(match: re.Match[str]) -> str:
        left = before(match)
        year = f"năm {cardinal(int(match['year']), region)}"
        if _NUMBERED.search(left):
            return f"{cardinal(int(match['month']), region)} {year}"
        word = "" if _SAID_MONTH.search(left) else "tháng "
        return f"{word}{_month(match['month'], region)} {year}"

    def months(match: re.Match[str]) -> str:
        spoken = ", ".join(_month(one, region) for one in re.findall(r"\d+", match["list"]))
        year = f" năm {cardinal(int(match['year']), region)}" if match["year"] else ""
        return f"{match['name']} {spoken}{year}"

    text = _ISO.sub(full, text)
    text = _FROM_TO.sub(from_to, text)
    text = _FULL.sub(full, text)
    text = _DAY_MONTH.sub(day_month, text)
    text = _MONTHS.sub(months, text)
    text = _MONTHS_OF.sub(r"\1 năm ", text)
    return _MONTH_YEAR.sub(month_year, text)


def _date(day: str, month: str | None, year: str | None, region: Region) -> str:
    spoken = cardinal(int(day), region)
    if month:
        spoken += f" tháng {_month(month, region)}"
    if year:
        spoken += f" năm {cardinal(int(year), region)}"
    return spoken


def _with_day(match: re.Match[str], spoken: str) -> str:
    return spoken if _SAID_DAY.search(before(match)) else f"ngày {spoken}"


def _month(text: str, region: Region) -> str:
    number = int(text)
    return "tư" if number == 4 else cardinal(number, region)  # noqa: PLR2004


def _two_digits(text: str, region: Region) -> str:
    spoken = cardinal(int(text), region)
    return f"không {spoken}" if text.startswith("0") and int(text) else spoken
