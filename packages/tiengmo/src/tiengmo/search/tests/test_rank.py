"""Exact before folded before a slip; title before body; newer before older among equals."""

import pytest

from tiengmo.search.actions import count_words, put
from tiengmo.search.queries import find
from tiengmo.search.tests.factories import entry

pytestmark = pytest.mark.django_db


def order(q, *entries):
    put(entries)
    count_words()
    return [hit.ref for hit in find(q).hits]


def test_with_the_same_marks_first_however_old():
    assert order(
        "bán đất",
        entry("b:other", title="Bàn đạt yêu cầu", year=2025),
        entry("b:same", title="Bán đất ở", year=2015),
    ) == ["b:same", "b:other"]


def test_without_marks_all_are_equal_and_the_newer_first():
    assert order(
        "ban dat",
        entry("b:old", title="Bán đất ở", year=2015),
        entry("b:new", title="Bàn đạt yêu cầu", year=2025),
    ) == ["b:new", "b:old"]


def test_as_typed_before_a_slip():
    assert (
        order(
            "họp thon",
            entry("b:slip", title="Họp thơm", year=2025),
            entry("b:typed", title="Họp thôn", year=2015),
        )[0]
        == "b:typed"
    )


def test_what_stands_word_for_word_is_no_slip():
    put(
        [
            entry("c:1", title="Bà Lê Thị Khải, Văn phòng Tỉnh", kind="contact", date=None),
            entry("b:1", title="Tin trong tuần", body="Làm giấy khai sinh lưu động.", year=2015),
        ]
    )
    count_words()
    found = find("khai sinh")
    assert [hit.ref for hit in found.hits] == ["b:1"]
    assert found.meant == ""


def test_what_was_meant_is_read_on_from_the_word_before():
    put(
        [
            entry("p:1", title="Đăng ký kết hôn", kind="procedure", keywords="hộ tịch", date=None),
            entry("p:2", title="Đăng ký hộ kinh doanh", kind="procedure", date=None),
            entry("p:3", title="Đăng ký hộ nghèo", kind="procedure", date=None),
        ]
    )
    count_words()
    assert find("dang ky ket hom").meant == "đăng ký kết hôn"


def test_title_before_body():
    assert order(
        "tiêm phòng",
        entry("b:body", title="Tin trong tuần", body="Xã đã tiêm phòng.", year=2025),
        entry("b:title", title="Tiêm phòng", year=2015),
    ) == ["b:title", "b:body"]


def test_side_by_side_before_apart():
    assert order(
        "khai sinh",
        entry("b:apart", title="Tin trong tuần", body="Khai hội; sinh viên về quê.", year=2025),
        entry("b:beside", title="Tin trong tuần", body="Giấy khai sinh.", year=2015),
    ) == ["b:beside", "b:apart"]


def test_newer_before_older_among_equals_and_what_always_stands_before_both():
    assert order(
        "họp thôn",
        entry("b:2019", title="Họp thôn", year=2019),
        entry("p:1", title="Họp thôn", kind="procedure", date=None),
        entry("b:2024", title="Họp thôn", year=2024),
    ) == ["p:1", "b:2024", "b:2019"]


def test_the_title_that_is_the_query_first():
    assert order(
        "đăng ký kết hôn",
        entry("p:foreign", title="Đăng ký kết hôn có yếu tố nước ngoài", date=None),
        entry("p:plain", title="Đăng ký kết hôn", date=None),
    ) == ["p:plain", "p:foreign"]


def test_an_old_exact_title_is_not_lost_behind_a_thousand_newer_ones():
    newer = [entry(f"b:{n}", title="Bàn việc làng", body="đất") for n in range(1000)]
    assert order("bán đất", entry("b:same", title="Bán đất ở", year=2001), *newer)[0] == "b:same"
