"""What the demo locality is made from: real communes, and syllables for invented village names."""

from __future__ import annotations

from typing import NamedTuple


class Commune(NamedTuple):
    """One commune of 2022: real name, code and successor; the rest is invented or rough."""

    code: str
    name: str
    successor: str
    latitude: float
    longitude: float
    villages: int
    # Least, most and most likely households of a village.
    households: tuple[int, int, int]
    # Orders of languages (BCP 47) with their weight: hmn Hmông, ium Dao, pcc Giáy, hni Hà Nhì,
    # tyz Tày.
    languages: tuple[tuple[str, int], ...]


_HMONG, _DAO, _GIAY, _HANI = ("hmn vi", 1), ("ium vi", 1), ("pcc vi", 1), ("hni vi", 1)
_TAY, _VIET = ("tyz vi", 1), ("vi", 1)
_SMALL, _MIDDLE, _LARGE = (42, 125, 78), (58, 150, 98), (75, 205, 130)


def _often(language: tuple[str, int], weight: int) -> tuple[str, int]:
    return language[0], weight


COMMUNES = (
    Commune("02683", "Thị trấn Bát Xát", "02683", 22.537, 103.893, 12, (95, 240, 150),
            (_often(_VIET, 8), ("vi pcc", 3))),
    Commune("02686", "Xã A Mú Sung", "02686", 22.760, 103.650, 8, _SMALL,
            (_often(_HMONG, 3), _often(_DAO, 4))),
    Commune("02689", "Xã Nậm Chạc", "02686", 22.700, 103.655, 8, _SMALL,
            (_often(_HMONG, 4), _often(_HANI, 2), _often(_DAO, 2))),
    Commune("02692", "Xã A Lù", "02701", 22.665, 103.600, 10, _MIDDLE,
            (_often(_HMONG, 5), _often(_HANI, 4))),
    Commune("02695", "Xã Trịnh Tường", "02695", 22.675, 103.725, 14, _MIDDLE,
            (_often(_HMONG, 4), _often(_DAO, 4), _often(_GIAY, 3), _often(_VIET, 3))),
    Commune("02701", "Xã Y Tý", "02701", 22.615, 103.600, 13, _MIDDLE,
            (_often(_HANI, 7), _often(_HMONG, 5), _often(_DAO, 1))),
    Commune("02704", "Xã Cốc Mỳ", "02695", 22.625, 103.785, 13, _MIDDLE,
            (_often(_HMONG, 5), _often(_GIAY, 3), _often(_DAO, 2), _often(_VIET, 2))),
    Commune("02707", "Xã Dền Sáng", "02707", 22.610, 103.665, 7, _SMALL,
            (_often(_DAO, 6), _often(_HMONG, 1))),
    Commune("02710", "Xã Bản Vược", "02683", 22.585, 103.840, 10, _LARGE,
            (_often(_GIAY, 4), _often(_VIET, 4), ("vi pcc", 2), _TAY)),
    Commune("02713", "Xã Sàng Ma Sáo", "02707", 22.545, 103.610, 7, _MIDDLE,
            (_often(_HMONG, 8), _DAO)),
    Commune("02716", "Xã Bản Qua", "02683", 22.552, 103.862, 12, _LARGE,
            (_often(_GIAY, 5), _often(_VIET, 4), ("vi pcc", 2), _DAO)),
    Commune("02719", "Xã Mường Vi", "02725", 22.555, 103.795, 6, _MIDDLE,
            (_often(_GIAY, 5), ("vi pcc", 1), _DAO)),
    Commune("02722", "Xã Dền Thàng", "02707", 22.570, 103.680, 7, _MIDDLE,
            (_often(_HMONG, 4), _often(_DAO, 3))),
    Commune("02725", "Xã Bản Xèo", "02725", 22.545, 103.750, 6, _MIDDLE,
            (_often(_GIAY, 3), _often(_HMONG, 3), _DAO)),
    Commune("02728", "Xã Mường Hum", "02728", 22.525, 103.705, 5, _MIDDLE,
            (_often(_GIAY, 4), ("vi pcc", 1), _HMONG)),
    Commune("02731", "Xã Trung Lèng Hồ", "02728", 22.487, 103.650, 7, _SMALL,
            (_often(_HMONG, 7), _HANI)),
    Commune("02734", "Xã Quang Kim", "02683", 22.510, 103.915, 10, _LARGE,
            (_often(_GIAY, 4), _often(_VIET, 5), ("vi pcc", 1))),
    Commune("02737", "Xã Pa Cheo", "02725", 22.500, 103.775, 5, _MIDDLE,
            (_often(_HMONG, 7), _DAO)),
    Commune("02740", "Xã Nậm Pung", "02728", 22.462, 103.715, 4, _SMALL,
            (_often(_HMONG, 2), _often(_DAO, 2), _HANI)),
    Commune("02743", "Xã Phìn Ngan", "02683", 22.490, 103.845, 7, _SMALL,
            (_often(_DAO, 7), _HMONG)),
    Commune("02749", "Xã Tòng Sành", "02746", 22.430, 103.850, 5, _SMALL,
            (_often(_DAO, 6), _HMONG)),
)  # fmt: skip

SUCCESSORS = {
    "02683": "Xã Bát Xát",
    "02686": "Xã A Mú Sung",
    "02695": "Xã Trịnh Tường",
    "02701": "Xã Y Tý",
    "02707": "Xã Dền Sáng",
    "02725": "Xã Bản Xèo",
    "02728": "Xã Mường Hum",
    "02746": "Xã Cốc San",
}

# First and second syllables of invented names, in the manner of each language's own toponyms.
NAMES = {
    "hmn": (
        [
            "Sín",
            "Tả",
            "Séo",
            "Phìn",
            "Sàng",
            "Lao",
            "Pờ",
            "Sử",
            "Ngải",
            "Lùng",
            "Dìn",
            "Chồ",
            "Hầu",
            "Giàng",
            "Trung",
            "Vù",
        ],
        [
            "Chải",
            "Phùng",
            "Thàng",
            "Pả",
            "Sủng",
            "Trù",
            "Ván",
            "Tỷ",
            "Cán",
            "Dao",
            "Khấu",
            "Sán",
            "Hồ",
            "Lìn",
            "Phình",
        ],
    ),
    "ium": (
        ["Kim", "Khe", "Suối", "Láo", "Tân", "Sài", "Nậm", "Kin", "Ky", "Vàng", "Tùng", "Phìn"],
        [
            "Vản",
            "Quang",
            "Hoa",
            "Thàng",
            "Tiến",
            "Mảo",
            "Sang",
            "Giống",
            "Lậu",
            "Choong",
            "Hồng",
            "Chỉn",
            "Ngoan",
        ],
    ),
    "pcc": (
        ["Nà", "Nậm", "Cốc", "Lọt", "Luổng", "Làng", "Tả", "Vai", "Phiêng", "Rịa"],
        [
            "Toòng",
            "Pục",
            "Mạc",
            "Lân",
            "Kịt",
            "Héo",
            "Đơ",
            "Lọong",
            "Phung",
            "Giàng",
            "Sây",
            "Lầu",
            "Rìn",
        ],
    ),
    "hni": (
        ["Mò", "Choản", "Phú", "Sim", "Hạ", "Thà", "Ngải", "Lô", "Gia"],
        ["Thèn", "Lố", "Xá", "Cá", "Nhù", "Gò", "Mù", "Sa", "Tả", "Dồ"],
    ),
    "tyz": (["Bản", "Nà", "Pác", "Khuổi", "Cốc"], ["Lài", "Kéo", "Phạ", "Mòn", "Hin", "Lùng"]),
    "vi": (
        [
            "An",
            "Tân",
            "Bình",
            "Đông",
            "Quang",
            "Minh",
            "Hoà",
            "Phú",
            "Xuân",
            "Hợp",
            "Thành",
            "Đồng",
        ],
        [
            "Thái",
            "Tiến",
            "Lập",
            "Thịnh",
            "Sơn",
            "Giang",
            "Trang",
            "Lợi",
            "Tâm",
            "Hải",
            "Thắng",
            "Khánh",
        ],
    ),
}
