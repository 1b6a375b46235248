"""A citizen finds out what to bring, where to go, how long it takes and what it costs."""

import html
import re

import pytest

from tiengmo.official_documents.tests.factories import docx
from tiengmo.one_stop.actions import begin_version, publish_version
from tiengmo.one_stop.actions.content import FeeWords, PaperWords, keep_form
from tiengmo.one_stop.tests.factories import draft, published


@pytest.fixture
def shelf(offices):
    published(offices)
    published(offices, code="2.1", name="Chứng thực bản sao", field="chung-thuc")
    published(offices, code="2.2", name="Đăng ký kết hôn nước ngoài", level="cap-huyen")
    draft(offices, code="9.9", name="Bản nháp bí mật", field="dat-dai")
    return offices


def text_of(answer):
    return html.unescape(answer.content.decode())


def names(answer):
    return re.findall(r'item__title"><a href="[^"]+">([^<]+)</a>', text_of(answer))


def test_fields_are_counted_and_only_those_that_have_something(shelf, client):
    page = " ".join(re.sub("<[^>]+>", " ", text_of(client.get("/thu-tuc/"))).split())
    assert "Hộ tịch 2 thủ tục" in page
    assert "Chứng thực 1 thủ tục" in page
    assert "Đất đai" not in page
    assert "Cấp xã (2)" in page
    assert "Cấp huyện (1)" in page


def test_a_level_narrows_fields_and_lists(shelf, client):
    page = text_of(client.get("/thu-tuc/?cap=cap-huyen"))
    assert "Chứng thực" not in page
    assert "/thu-tuc/linh-vuc/ho-tich/?cap=cap-huyen" in page
    assert names(client.get("/thu-tuc/linh-vuc/ho-tich/?cap=cap-huyen")) == [
        "Đăng ký kết hôn nước ngoài"
    ]
    assert len(names(client.get("/thu-tuc/linh-vuc/ho-tich/"))) == 2
    assert len(names(client.get("/thu-tuc/linh-vuc/ho-tich/?cap='\"x&trang=99"))) == 2


def test_everything_a_person_must_know_is_on_the_page(offices, client):
    published(
        offices,
        fees=[FeeWords("Lệ phí", 1_000_000), FeeWords("Quá hạn", 0), FeeWords("Khác", None, "tuỳ")],
        online_level="full",
        online_url="https://dichvucong.example.vn/?a=1&b=2",
    )
    page = text_of(client.get("/thu-tuc/1.001193/"))
    for told in (
        "Cha, mẹ, ông bà",
        "Tờ khai đăng ký khai sinh",
        "1 bản chính, 1 bản sao",
        "1.000.000 đồng",
        "Quá hạn: miễn phí",
        "Khác (tuỳ)",
        "1 ngày làm việc",
        "Bộ phận một cửa của xã",
        "7:30–11:30",
        "Công chức kiểm tra hồ sơ",
        "Trực tuyến toàn trình",
        "Luật Hộ tịch 2014",
        "Kiểm tra lần cuối ngày",
    ):
        assert told in re.sub(r"\s+", " ", re.sub("</?span[^>]*>", "", page)), told
    assert 'href="https://dichvucong.example.vn/?a=1&b=2"' in page


def test_a_form_is_handed_over_as_a_download(offices, client):
    form = keep_form(docx(), "Tờ khai.docx")
    procedure = published(offices, papers=[PaperWords("Tờ khai", 1, form=form)])
    page = text_of(client.get(procedure.address))
    address = re.search(r'class="tt-form" href="([^"]+)"', page)[1]
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert client.get(address.replace("1.001193", "2.1")).status_code == 404
    assert client.post(address).status_code == 405


def test_the_form_of_an_older_version_stays(offices, client):
    form = keep_form(docx(), "Tờ khai.docx")
    procedure = published(offices, papers=[PaperWords("Tờ khai", 1, form=form)])
    address = procedure.current.papers.get().form_address
    publish_version(begin_version(procedure, by=offices.member), by=offices.colleague)
    assert client.get(address).status_code == 200
    assert "/thu-tuc/1.001193/mau/" in text_of(client.get(procedure.address))


def test_a_code_in_other_letters_leads_to_the_page(offices, client):
    published(offices, code="BX-01.a")
    answer = client.get("/thu-tuc/bx-01.A/")
    assert answer.status_code == 301
    assert answer["Location"] == "/thu-tuc/BX-01.a/"


def test_words_of_offices_are_shown_and_never_run(offices, client):
    name = "Cấp <script>alert(1)</script> “giấy” 'phép' & 🐓"
    procedure = published(offices, name=name, steps="<b>Một</b>\nHai")
    raw = client.get(procedure.address).content.decode()
    assert "<script>alert" not in raw
    assert "&lt;b&gt;Một" in raw
    assert name in html.unescape(raw)


def test_pages_read_little(shelf, client, django_assert_max_num_queries):
    client.get("/thu-tuc/")
    with django_assert_max_num_queries(8):
        client.get("/thu-tuc/")
    with django_assert_max_num_queries(9):
        client.get("/thu-tuc/1.001193/")
    with django_assert_max_num_queries(9):
        client.get("/thu-tuc/linh-vuc/ho-tich/")


def test_what_is_not_there_says_so(shelf, client):
    for address in (
        "/thu-tuc/9.9/",
        "/thu-tuc/khong-co/",
        "/thu-tuc/1.001193/ban/7/",
        "/thu-tuc/1.001193/mau/99999999999999999999/",
        "/thu-tuc/linh-vuc/khong-co/",
    ):
        assert client.get(address).status_code == 404


def test_an_empty_catalogue_says_so(client, db):
    assert "Chưa có thủ tục nào" in text_of(client.get("/thu-tuc/"))
    assert "chưa có thủ tục nào" in text_of(client.get("/thu-tuc/linh-vuc/ho-tich/"))
