"""One entry, and the many ways in which people type what stands in it."""

import unicodedata

import pytest

from tiengmo.search.actions import count_words, put
from tiengmo.search.queries import find
from tiengmo.search.tests.factories import entry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _one_road_and_others():
    put(
        [
            entry("bulletin:road", title="Rải nhựa đường Nguyễn Huệ, cấm xe tải", body="Hoà bình."),
            entry("bulletin:dogs", title="Tiêm phòng dại cho chó mèo", body="Trạm thú y tiêm."),
            entry(
                "document:7", kind="document", title="Đẩy mạnh thông tin cơ sở", number="07-CT/TW"
            ),
            entry(
                "document:52",
                kind="document",
                title="Quy chế hoạt động thông tin cơ sở",
                number="52/2016/QĐ-TTg",
            ),
            entry(
                "contact:1",
                kind="contact",
                title="Uỷ ban nhân dân xã Bản Hoa",
                body="Trực ban: 0214 388 2113.",
                date=None,
            ),
        ]
    )
    count_words()


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("đường Nguyễn Huệ", "bulletin:road"),
        ("duong nguyen hue", "bulletin:road"),
        ("đường nguyen hue", "bulletin:road"),
        ("dường nguyễn huệ", "bulletin:road"),
        (unicodedata.normalize("NFD", "đường Nguyễn Huệ"), "bulletin:road"),
        ("dduwowngf nguyeenx hueej", "bulletin:road"),
        ("duowngf nguyen hue", "bulletin:road"),
        ("d9u7o7ng2 nguye64n hue65", "bulletin:road"),
        ("hòa bình", "bulletin:road"),
        ("hoà bình", "bulletin:road"),
        ("nguyenhue", "bulletin:road"),
        ("đường nguyễn huê", "bulletin:road"),
        ("đường ngyuễn huệ", "bulletin:road"),
        ("tiêm phog dại", "bulletin:dogs"),
        ("RẢI   NHỰA", "bulletin:road"),
        ("🚧 rải nhựa 🚧", "bulletin:road"),
        ('"rải nhựa', "bulletin:road"),
        ("rải AND nhựa", "bulletin:road"),
        ("rải* NEAR/2 nhựa)", "bulletin:road"),
        ("-rải title:nhựa", "bulletin:road"),
        ("rải\0nhựa", "bulletin:road"),
        ("07-CT/TW", "document:7"),
        ("7 ct tw", "document:7"),
        ("07CT/TW", "document:7"),
        ("52/2016", "document:52"),
        ("quyết định 52/2016/QĐ-TTg", "document:52"),
        ("UBND xã Bản Hoa", "contact:1"),
        ("ủy ban bản hoa", "contact:1"),
        ("02143882113", "contact:1"),
        ("0214.388.2113", "contact:1"),
    ],
)
def test_found_first(q, expected):
    hits = find(q).hits
    assert hits, q
    assert hits[0].ref == expected


@pytest.mark.parametrize(
    "q", ["", "   ", "\0", "🙂🙂", '"', "*", "(", "-", ":", "^", "' OR 1=1 --", "\\"]
)
def test_no_words_find_nothing(q):
    assert find(q).total == 0


def test_ten_thousand_characters_are_read_as_far_as_people_type():
    assert find("đường nguyễn huệ " * 600).hits[0].ref == "bulletin:road"
    assert find("a" * 10_000).total == 0


def test_a_slip_says_what_was_meant():
    assert find("tiêm phong dạii").meant == "tiêm phòng dại"
    assert find("tiêm phòng dại").meant == ""


def test_an_installation_adds_its_own_words(settings, tmp_path):
    assert not find("QL4D").hits
    settings.HOME = tmp_path
    (tmp_path / "search-same.tsv").write_text("QL4D\tđường Nguyễn Huệ\n", encoding="utf-8")
    assert find("ql4d").hits[0].ref == "bulletin:road"
