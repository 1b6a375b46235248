"""What is said sign by sign: telephone numbers, codes, number plates, addresses of the web."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tiengmo.foundation.vietnamese import is_syllable
from tiengmo.voices.speech.context import after, before, cue, cue_near
from tiengmo.voices.speech.letters import acronym, roman, spell
from tiengmo.voices.speech.numbers import Region, cardinal, digits
from tiengmo.voices.speech.units import UNITS

if TYPE_CHECKING:
    from tiengmo.voices.speech.abbreviations import Abbreviations

_MAIL = re.compile(r"(?<![\w.@-])([\w.+-]{1,64})@([A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,5})")
_TOP = "vn|com|net|org|info|edu|gov|io|me|app|asia|biz|xyz|tv|int"
_ADDRESS = re.compile(
    r"(?:https?://)(?P<any>[^\s<>\"”)\]]{1,300})"
    rf"|(?<![\w.@/-])(?P<bare>(?:[A-Za-z0-9-]{{1,63}}\.){{1,6}}(?:{_TOP})(?![\w-]|\.\w)(?:/[^\s<>\"”)\],;]{{0,200}})?)"
)
_HASHTAG = re.compile(r"#(?=[^\W\d_])(\w{1,80})")
_HUMP = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-ZĐ])|_")
_WEB_SIGNS = {
    ".": "chấm",
    "-": "gạch ngang",
    "_": "gạch dưới",
    "/": "gạch chéo",
    "@": "a còng",
    "+": "cộng",
}
_WEB_PARTS = re.compile(r"[^\W\d_]+|\d+|[.\-_/@+]")
_WEB_WORDS = {
    "vn": "vê en",
    "www": "vê kép vê kép vê kép",
    "gmail": "gờ meo",
    "yahoo": "ya hu",
    "html": "hát tê em lờ",
}
_WEB_VOWEL = re.compile(r"[aeiouy]")
_SHORT = 3

_GAP = r"[ .-]?"
_PHONE = re.compile(
    rf"(?<![\w/,.-])(?:\(?\+ ?84\)?|\(0\d{{1,3}}\)|0\d{{1,3}}|\(84\)){_GAP}\d"
    rf"(?:{_GAP}\d){{5,9}}(?![\d/]|[.,]\d|-\d)"
)
_FREE_PHONE = re.compile(rf"(?<![\w/,.-])1[89]00(?:{_GAP}\d){{4,6}}(?![\d/]|[.,]\d)")
_SHORT_NUMBER = re.compile(r"(?<![\w/.,-])\d{3,5}(?![\w/%]|[.,]\d| ?[-–] ?\d)")
_LONG_ROW = re.compile(
    r"(?<![\w/.,])\d{4,20}(?![\w/%]|[.,]\d)|(?<![\w/.,])\d{2,6}(?: \d{2,6}){1,5}(?![\w/%]|[.,]\d)"
)
_FILE_NUMBER = re.compile(
    r"(?<![\w.-])(?=[A-Z\d.-]{0,30}\d{3})[A-Z\d]{1,12}(?:[.-][A-Z\d]{1,12}){2,6}(?![\w-]|\.\w)"
)
_PLATE = re.compile(
    r"(?<!\w)(\d{2})-?([A-ZĐ]{1,2})(\d?)[- ](\d{3})\.?(\d{2})(?!\d)"
    r"|(?<!\w)(\d{2})([A-ZĐ]\d?)[- ](\d{4,5})(?!\d)"
)
_PHONE_CUE = cue_near(
    *(
        "gọi",
        "tổng đài",
        "đường dây nóng",
        "hotline",
        "điện thoại",
        "đt",
        "sđt",
        "số máy",
        "cấp cứu",
    ),
    *(
        "cứu hỏa",
        "cứu hoả",
        "cảnh sát",
        "nhắn tin",
        "soạn tin",
        "gửi",
        "đầu số",
        "zalo",
        "liên hệ",
        "cứu hộ",
    ),
)
_EMERGENCY = frozenset({"111", "112", "113", "114", "115"})
_EMERGENCY_CUE = cue_near("công an", "báo", "báo ngay", "lực lượng", "y tế", "trẻ em", "số")
_PEOPLE = re.compile(
    r"\s*(?:thanh niên|người|hộ|công dân|em|học sinh|con|quân|đồng chí|trường hợp|lượt|suất|"
    r"tin nhắn|đại biểu|triệu|nghìn|tỷ|đồng|cuộc|hồ sơ|phiếu|đơn|vụ|năm|ngày|km|m|tấn|bao|kg|"
    r"phần|thùng|chiếc|giờ|phút)(?!\w)"
)
_CODE_CUE = cue(
    *(
        "mã",
        "mã số",
        "mã otp",
        "mã pin",
        "mã xác nhận là",
        "mã xác nhận",
        "mã xác thực",
        "otp",
        "otp là",
    ),
    *(
        "số tài khoản",
        "tài khoản",
        "stk",
        "tài khoản số",
        "số căn cước công dân",
        "số cccd",
        "cccd số",
        "cccd",
    ),
    *(
        "số cmnd",
        "cmnd",
        "cmnd số",
        "mã số thuế",
        "mst",
        "số định danh",
        "số định danh cá nhân",
        "mã hồ sơ",
    ),
    *(
        "số thẻ",
        "mã thẻ",
        "mã bưu chính",
        "mã bưu điện",
        "mã định danh",
        "số seri",
        "seri",
        "số hiệu",
        "mật khẩu",
    ),
    *(
        "mã hồ sơ là",
        "mã số là",
        "mã là",
        "căn cước công dân",
        "số căn cước",
        "số sổ",
        "mã khách hàng",
    ),
)
_FILE_CUE = cue_near("mã", "mã số", "hồ sơ", "biên nhận", "số hiệu")
_DEGENERATE = 9

_POST = r"[Kk][Mm]\.? ?(\d{1,4})(?: ?\+ ?(\d{1,3}))?(?![\w/]|[.,]\d)"
# "km2" is an area unless it is written as a post on a road: Km2, km 2, km2+300.
_KILOMETRE = re.compile(rf"(?<![\w/])(?<!\d )(?!km[23](?!\d| ?\+)){_POST}(?: ?[-–] ?{_POST})?")
_ROAD = re.compile(r"(?<!\w)(QL|TL|HL|ĐT|ĐH|CT)[. ]{0,2}(?=\d{1,3}[A-Z]?(?!\w|[ .]\d))")
_ROADS = {
    "QL": "quốc lộ ",
    "TL": "tỉnh lộ ",
    "HL": "hương lộ ",
    "ĐT": "đường tỉnh ",
    "ĐH": "đường huyện ",
    "CT": "cao tốc ",
}
_MIXED = re.compile(r"(?<![\w.,])(?=[^\W_]{0,12}\d)(?=[^\W_]{0,12}[^\W\d_])[^\W_]{2,16}(?!\w)")
_RUNS = re.compile(r"\d+|[^\W\d_]+")
_AREA_UNITS = re.compile(r"(?:\d+)?(?:[kdcm]?m[23]|[KM]m?2|M[23])")
_SLASHED_CODE = re.compile(r"(?<=(?<!\w)[A-Z])/(?=[A-Z]\d)")
_COUNT_WITH_UNIT = re.compile(r"\d+([^\W\d_]+\d?)")


def say_web(text: str, region: Region) -> str:
    """Say e-mail addresses, web addresses and hashtags."""
    text = _MAIL.sub(lambda match: _web(f"{match[1]}@{match[2]}", region), text)

    def address(match: re.Match[str]) -> str:
        found = (match["any"] or match["bare"]).split("?")[0].split("#")[0]
        end = found.rstrip(".,;:!?/")
        tail = (
            (match["any"] or match["bare"])[len(end) :]
            if found == (match["any"] or match["bare"])
            else ""
        )
        return _web(end.removeprefix("www."), region) + tail.replace("/", "")

    text = _ADDRESS.sub(address, text)
    return _HASHTAG.sub(lambda match: _HUMP.sub(" ", match[1]), text)


def say_codes(text: str, region: Region, abbreviations: Abbreviations) -> str:
    """Say telephone numbers, plates, account numbers, road numbers and words that mix in digits."""
    text = _FILE_NUMBER.sub(_file_number, text)
    text = _PLATE.sub(_plate, text)
    text = _PHONE.sub(_phone, text)
    text = _FREE_PHONE.sub(_phone, text)
    text = _SHORT_NUMBER.sub(_short_number, text)
    text = _LONG_ROW.sub(_row, text)
    text = _KILOMETRE.sub(lambda match: _kilometre(match, region), text)
    text = _ROAD.sub(lambda match: _ROADS[match[1]], text)
    text = _SLASHED_CODE.sub(" ", text)
    return _MIXED.sub(lambda match: _mixed(match.group(), region, abbreviations), text)


def _web(address: str, region: Region) -> str:
    spoken = []
    for part in _WEB_PARTS.findall(address):
        if part in _WEB_SIGNS:
            spoken.append(_WEB_SIGNS[part])
        elif part.isdigit():
            spoken.append(_digits_or_number(part, region))
        else:
            spoken.append(_web_word(part))
    return " ".join(spoken)


def _web_word(word: str) -> str:
    lower = word.lower()
    if lower in _WEB_WORDS:
        return _WEB_WORDS[lower]
    if not _WEB_VOWEL.search(lower) or (word.isupper() and len(word) > 1):
        return spell(word)
    if lower == "ubnd":
        return spell(word)
    return word


def _phone(match: re.Match[str]) -> str:
    plus = "cộng " if "+" in match.group() else ""
    return plus + digits(match.group())


def _short_number(match: re.Match[str]) -> str:
    cue_found = _PHONE_CUE.search(before(match, 40)) or (
        match.group() in _EMERGENCY and _EMERGENCY_CUE.search(before(match))
    )
    if not cue_found or _PEOPLE.match(after(match)):
        return match.group()
    if re.search(r"(?<!\w)(?:ngày|năm|khoảng|hơn|trên|gần|có|cho|tháng)\s*\Z", before(match)):
        return match.group()
    return digits(match.group())


def _row(match: re.Match[str]) -> str:
    row = match.group()
    if _CODE_CUE.search(before(match)):
        return digits(row)
    bare = row.replace(" ", "")
    if " " not in row and (len(bare) > _DEGENERATE or bare.startswith("00")):
        return row if _PEOPLE.match(after(match)) else digits(row)
    return row


def _file_number(match: re.Match[str]) -> str:
    if not _FILE_CUE.search(before(match)):
        return match.group()
    groups = re.split(r"[.-]", match.group())
    return ", ".join(" ".join(digits(sign) or spell(sign) for sign in group) for group in groups)


def _plate(match: re.Match[str]) -> str:
    if match[1]:
        series = f"{spell(match[2])} {digits(match[3])}".strip()
        return f"{cardinal(int(match[1]))} {series}, {digits(match[4])} {digits(match[5])}"
    series = " ".join(digits(sign) if sign.isdigit() else spell(sign) for sign in match[7])
    return f"{cardinal(int(match[6]))} {series}, {digits(match[8])}"


def _kilometre(match: re.Match[str], region: Region) -> str:
    posts = []
    for kilometre, metres in (match.group(1, 2), match.group(3, 4)):
        if kilometre:
            spoken = f"ki lô mét {cardinal(int(kilometre), region)}"
            posts.append(f"{spoken} cộng {cardinal(int(metres), region)}" if metres else spoken)
    return " đến ".join(posts)


def _mixed(word: str, region: Region, abbreviations: Abbreviations) -> str:
    counted = _COUNT_WITH_UNIT.fullmatch(word)
    if _AREA_UNITS.fullmatch(word) or (counted and (counted[1].isalpha() or counted[1] in UNITS)):
        return word
    if word in abbreviations.words:
        return abbreviations.words[word]
    spoken = []
    for run in _RUNS.findall(word):
        if run.isdigit():
            spoken.append(_digits_or_number(run, region))
        elif run.isupper():
            spoken.append(abbreviations.words.get(run) or _capitals(run))
        else:
            spoken.append(abbreviations.words.get(run, run))
    # A word grown together with its number, which may have a unit or decimals: only pulled apart.
    if len(spoken) == 2 and word[-1].isdigit() and not word[0].isupper():  # noqa: PLR2004
        return (
            " ".join(_RUNS.findall(word))
            if is_syllable(_RUNS.findall(word)[0])
            else " ".join(spoken)
        )
    return " ".join(spoken)


def _capitals(run: str) -> str:
    return spell(run) if len(run) <= _SHORT or roman(run) else acronym(run)


def _digits_or_number(run: str, region: Region) -> str:
    if run.startswith("0") and len(run) > 1:
        return digits(run)
    return cardinal(int(run), region) if len(run) <= _SHORT + 1 else digits(run)
