"""Snippets, facets, pages and suggestions."""

from datetime import UTC, datetime

import pytest

from tiengmo.search import kinds, queries, vocabulary
from tiengmo.search.actions import count_words, drop, put
from tiengmo.search.models import Word
from tiengmo.search.queries import find, suggest
from tiengmo.search.tests.factories import entry

pytestmark = pytest.mark.django_db


def test_the_match_is_marked_and_the_rest_is_text():
    put([entry("b:1", title="Họp <b>thôn</b>", body="<script>x</script> Họp thôn & bàn việc.")])
    hit = find("hop thon").hits[0]
    assert hit.title_html == "<mark>Họp</mark> &lt;b&gt;<mark>thôn</mark>&lt;/b&gt;"
    assert "&lt;script&gt;" in hit.snippet_html
    assert "<mark>Họp thôn</mark> &amp; bàn" in hit.snippet_html


def test_the_snippet_is_the_piece_that_matched():
    put([entry("b:1", title="Tin", body="chuyện khác " * 200 + "lịch cấp nước " + "hết " * 200)])
    snippet = find("cấp nước").hits[0].snippet_html
    assert "<mark>cấp nước</mark>" in snippet
    assert snippet.startswith("… ")
    assert snippet.endswith(" …")
    assert len(snippet) < 400


def test_words_with_other_marks_are_not_marked():
    put([entry("b:1", title="Bán đất bản Hoa")])
    assert find("bán").hits[0].title_html == "<mark>Bán</mark> đất bản Hoa"


def test_facets_count_everything_that_was_found():
    kinds.register("document", "Văn bản")
    kinds.register("bulletin", "Bản tin")
    put(
        [
            *[
                entry(f"b:{n}", title="Họp thôn", unit_code="1", unit_name="Xã Một")
                for n in range(30)
            ],
            *[entry(f"b:x{n}", title="Họp thôn", year=2021, unit_code="2") for n in range(12)],
            entry(
                "d:1", kind="document", title="Họp thôn", category="cv", category_name="Công văn"
            ),
            entry("d:2", kind="document", title="Họp thôn", date=None),
        ]
    )
    found = find("họp thôn", size=5)
    assert (found.total, found.pages, len(found.hits)) == (44, 9, 5)
    assert [(f.value, f.name, f.count) for f in found.facets.kinds] == [
        ("bulletin", "Bản tin", 42),
        ("document", "Văn bản", 2),
    ]
    assert [(f.value, f.count) for f in found.facets.units] == [("1", 30), ("2", 12), ("02680", 2)]
    assert [(f.value, f.name) for f in found.facets.categories] == [("cv", "Công văn")]
    assert [(f.value, f.count) for f in found.facets.years] == [("2024", 31), ("2021", 12)]


def test_the_year_is_the_localitys():
    # 31 December 2023, 18:00 UTC, is the first of January here.
    put(
        [
            entry(
                "b:1",
                title="Chúc mừng",
                date=datetime(2023, 12, 31, 18, tzinfo=UTC),
            )
        ]
    )
    assert find("chúc mừng").facets.years[0].value == "2024"
    assert find("chúc mừng", year=2024).total == 1
    assert find("chúc mừng", year=2023).total == 0


def test_pages_follow_each_other_without_a_gap():
    put([entry(f"b:{n}", title=f"Họp thôn {n}") for n in range(25)])
    refs = [hit.ref for page in (1, 2, 3) for hit in find("họp thôn", page=page).hits]
    assert sorted(refs) == sorted(f"b:{n}" for n in range(25))


def test_leafing_ends(monkeypatch):
    monkeypatch.setattr(queries, "CANDIDATES", 20)
    put([entry(f"b:{n}", title="Họp thôn") for n in range(100)])
    found = find("họp thôn", page=999)
    assert (found.total, found.pages, found.page) == (100, 2, 2)


def texts(q):
    return [suggestion.text for suggestion in suggest(q)]


def test_suggested_while_typing():
    put(
        [
            entry("p:1", title="Đăng ký khai sinh", date=None),
            entry("p:2", title="Đăng ký khai tử", date=None),
            entry("p:3", title="Đăng ký kết hôn", date=None),
        ]
    )
    count_words()
    vocabulary.forget()
    assert sorted(texts("dang ky kh")) == ["Đăng ký khai sinh", "Đăng ký khai tử"]
    assert texts("đăng ký khai s") == ["Đăng ký khai sinh"]
    assert texts("khai tuwr") == ["Đăng ký khai tử"]
    assert texts("dang ki ket") == ["Đăng ký kết hôn"]
    assert texts("") == texts("zzzz") == []


def test_words_are_counted_once_and_numbers_of_telephones_not():
    put([entry("b:1", title="Họp thôn", body="Gọi 0214 388 2113, họp.")])
    assert count_words() == 1
    assert count_words() == 0
    assert Word.objects.get(folded="hop").entries == 1
    assert Word.objects.get(folded="thon").shown == "thôn"
    drop(["b:1"])
    assert find("họp").total == 0
