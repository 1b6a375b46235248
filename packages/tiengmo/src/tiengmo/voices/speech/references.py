"""Numbers of official documents, and Roman numerals in their places."""

from __future__ import annotations

import re

from tiengmo.voices.speech.letters import roman, spell
from tiengmo.voices.speech.numbers import Region, cardinal, digits

_KINDS = {
    "NQ": "nghị quyết",
    "QĐ": "quyết định",
    "QD": "quyết định",
    "QyĐ": "quy định",
    "CT": "chỉ thị",
    "KL": "kết luận",
    "KH": "kế hoạch",
    "TB": "thông báo",
    "TT": "thông tư",
    "TTLT": "thông tư liên tịch",
    "NĐ": "nghị định",
    "TTr": "tờ trình",
    "BC": "báo cáo",
    "CV": "công văn",
    "CĐ": "công điện",
    "CTr": "chương trình",
    "CTPH": "chương trình phối hợp",
    "ĐA": "đề án",
    "HD": "hướng dẫn",
    "GM": "giấy mời",
    "PA": "phương án",
    "QC": "quy chế",
    "QĐi": "quy định",
    "L": "luật",
    "PL": "pháp lệnh",
    "VBHN": "văn bản hợp nhất",
}
_ISSUERS = {
    "TW": "trung ương",
    "TƯ": "trung ương",
    "TU": "tỉnh ủy",
    "ThU": "thành ủy",
    "HU": "huyện ủy",
    "QU": "quận ủy",
    "ĐU": "đảng ủy",
    "TTg": "thủ tướng",
    "CP": "chính phủ",
    "CTN": "chủ tịch nước",
    "QH": "quốc hội",
    "UBTVQH": "ủy ban thường vụ quốc hội",
    "UBND": "ủy ban nhân dân",
    "HĐND": "hội đồng nhân dân",
    "MTTQ": "mặt trận tổ quốc",
    "VPCP": "văn phòng chính phủ",
    "VP": "văn phòng",
    "VX": "văn xã",
    "NC": "nội chính",
    "KT": "kinh tế",
    "TH": "tổng hợp",
    "BTTTT": "bộ thông tin và truyền thông",
    "BCA": "bộ công an",
    "BQP": "bộ quốc phòng",
    "BTC": "bộ tài chính",
    "BNV": "bộ nội vụ",
    "BYT": "bộ y tế",
    "BGDĐT": "bộ giáo dục và đào tạo",
    "BNNPTNT": "bộ nông nghiệp và phát triển nông thôn",
    "BNNMT": "bộ nông nghiệp và môi trường",
    "BTNMT": "bộ tài nguyên và môi trường",
    "BTP": "bộ tư pháp",
    "BCT": "bộ công thương",
    "BXD": "bộ xây dựng",
    "BGTVT": "bộ giao thông vận tải",
    "BKHCN": "bộ khoa học và công nghệ",
    "BVHTTDL": "bộ văn hóa thể thao và du lịch",
    "BLĐTBXH": "bộ lao động thương binh và xã hội",
    "BCĐ": "ban chỉ đạo",
    "BTGTW": "ban tuyên giáo trung ương",
}
_CODE = r"[A-ZĐ][A-Za-zĐđƯư&]{0,11}\d{0,2}"
_DOCUMENT = re.compile(
    rf"(?<![\w/.,])(?P<number>\d{{1,5}}[a-z]?)(?:/(?P<year>(?:19|20)\d{{2}}))? ?[/-] ?"
    rf"(?P<codes>{_CODE}(?: ?[/-] ?{_CODE}){{0,3}})(?![\w])"
)
_CODES = re.compile(r"[/-]")
_ASSEMBLY = re.compile(r"([A-ZĐ]+)(\d{1,2})")
_NUMBER = re.compile(r"(\d+)([a-z]?)")
# Codes after a slash that are money or units, not documents.
_NO_CODES = frozenset({"VNĐ", "VND", "USD", "Kg", "KG", "Ha", "HA", "KWh", "GB", "MB", "Km", "KM"})

_ROMAN = "[IVXLCDM]{1,8}"
_PLACES = (
    "khóa|khoá|đại hội|đại hội đảng|lần thứ|thứ|thế kỷ|quý|chương|loại|cấp|khu vực|khu|vùng|hạng|"
    "phần|mục|điều|kỳ họp|kỳ|tập|quyển|bậc|nhóm|đợt|giai đoạn|học kỳ|tổ|phụ lục|điểm|tiểu khu|"
    "lớp|mức|thế chiến|hội nghị|trung ương|nhiệm kỳ|cụm|lô|khối|biểu|tuyến|mức độ|độ|pha|bảng"
)
_IN_PLACE = re.compile(
    rf"(?<!\w)(?P<place>{_PLACES}) (?P<first>{_ROMAN})"
    rf"(?P<more>(?: ?(?:,|và|hoặc|đến|tới|-|–) ?{_ROMAN}(?!\w))*)"
    r"(?P<year>/(?:19|20)\d{2}(?!\d))?(?![\w])",
    re.IGNORECASE,
)
_ALONE = re.compile(r"(?<![\w.&/-])(?=[IVX]{2,6}(?![\w&/]))[IVX]{2,6}(?!\w)(?!-[A-Z])")
_HEADING = re.compile(r"^(?P<numeral>[IVX]{1,5})(?P<sign>[.)]|\s?[-–:]) ?(?=\S)", re.MULTILINE)
_NUMERAL = re.compile(_ROMAN)
_RANGE_DASH = re.compile(r" ?[-–] ?")


def say_documents(text: str, region: Region) -> str:
    """Say the numbers of documents: 52/2016/QĐ-TTg, 07-CT/TW, 202/2025/QH15.

    The slash and the hyphen are short pauses; a year after the number is said as "năm …"; the
    kind and the issuer are said in full where they are known and spelt where they are not.
    """

    def document(match: re.Match[str]) -> str:
        codes = [code.strip() for code in _CODES.split(match["codes"])]
        if codes[0] in _NO_CODES or (len(codes) == 1 and codes[0].islower()):
            return match.group()
        spoken = _serial(match["number"], region)
        if match["year"]:
            spoken += f" năm {cardinal(int(match['year']), region)}"
        return ", ".join(
            [spoken, " ".join(_code(code, at, region) for at, code in enumerate(codes))]
        )

    return _DOCUMENT.sub(document, text)


def say_romans(text: str, region: Region) -> str:
    """Say Roman numerals: after a word that takes one, at the head of a line, or of two letters."""

    def value(numeral: str) -> str:
        number = roman(numeral)
        return cardinal(number, region) if number else numeral

    def in_place(match: re.Match[str]) -> str:
        numeral = match["first"]
        # One letter C, D, L or M is a letter: 38 độ C, tổ D.
        if not numeral.isupper() or not roman(numeral) or numeral in {"C", "D", "L", "M"}:
            return match.group()
        more = _NUMERAL.sub(lambda one: value(one.group()), match["more"])
        more = _RANGE_DASH.sub(" đến ", more)
        year = f" năm {cardinal(int(match['year'][1:]), region)}" if match["year"] else ""
        return f"{match['place']} {value(match['first'])}{more}{year}"

    def heading(match: re.Match[str]) -> str:
        return f"{value(match['numeral'])}. " if roman(match["numeral"]) else match.group()

    text = _HEADING.sub(heading, text)
    text = _IN_PLACE.sub(in_place, text)
    return _ALONE.sub(lambda match: value(match.group()), text)


def _serial(text: str, region: Region) -> str:
    found = _NUMBER.fullmatch(text)
    if found is None:
        return text
    number, letter = found.groups()
    spoken = digits(number) if number.startswith("0") else cardinal(int(number), region)
    return f"{spoken} {spell(letter)}".strip()


def _code(code: str, at: int, region: Region) -> str:
    known = _KINDS | _ISSUERS if at == 0 else _ISSUERS | _KINDS
    assembly = _ASSEMBLY.fullmatch(code)
    if assembly and assembly[1] in _ISSUERS:
        return f"{_ISSUERS[assembly[1]]} khóa {cardinal(int(assembly[2]), region)}"
    if code in known:
        return known[code]
    letters = spell("".join(sign for sign in code if sign.isalpha()))
    number = "".join(sign for sign in code if sign.isdigit())
    return f"{letters} {cardinal(int(number), region)}" if number else letters
