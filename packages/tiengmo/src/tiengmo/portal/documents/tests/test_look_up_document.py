"""A citizen looks for a document: by kind, issuer, year and field, and takes its file home."""

import datetime as dt
import html
import re
from xml.etree import ElementTree as ET

import pytest

from tiengmo.official_documents.models import OfficialDocument
from tiengmo.official_documents.tests.factories import PDF, draft, pdf, published
from tiengmo.portal.caching import PUBLIC

ON = dt.date(2022, 9, 5)


@pytest.fixture
def shelf(offices):
    published(offices, number="1-CT/HU", kind="chi-thi", issuer="Huyện uỷ", issued_on=ON)
    published(offices, number="2/QĐ-UBND", kind="quyet-dinh", issuer="UBND huyện", issued_on=ON)
    published(
        offices,
        number="3/KH-UBND",
        kind="ke-hoach",
        issuer="UBND huyện",
        issued_on=dt.date(2021, 3, 1),
        field="nong-nghiep",
        abstract="Kế hoạch trồng rừng",
    )
    return offices


def numbers(page):
    text = html.unescape(page.content.decode())
    return re.findall(r'item__title"><a href="[^"]+">[^<]*?(\S+)</a>', text)


@pytest.mark.parametrize(
    ("asked", "left"),
    [
        ({}, {"1-CT/HU", "2/QĐ-UBND", "3/KH-UBND"}),
        ({"loai": "quyet-dinh"}, {"2/QĐ-UBND"}),
        ({"co-quan": "UBND huyện"}, {"2/QĐ-UBND", "3/KH-UBND"}),
        ({"nam": "2021"}, {"3/KH-UBND"}),
        ({"linh-vuc": "nong-nghiep"}, {"3/KH-UBND"}),
        ({"loai": "quyet-dinh", "nam": "2021"}, set()),
        ({"nam": "²⁰²²"}, {"1-CT/HU", "2/QĐ-UBND", "3/KH-UBND"}),
        ({"nam": "0000"}, {"1-CT/HU", "2/QĐ-UBND", "3/KH-UBND"}),
        ({"nam": "1999"}, set()),
        ({"co-quan": "'\"; DROP TABLE 🐓" * 40}, set()),
        ({"trang": "-1"}, {"1-CT/HU", "2/QĐ-UBND", "3/KH-UBND"}),
        ({"trang": "9" * 400}, {"1-CT/HU", "2/QĐ-UBND", "3/KH-UBND"}),
    ],
)
def test_the_list_is_narrowed_by_kind_issuer_year_and_field(shelf, client, asked, left):
    page = client.get("/van-ban/", asked)
    assert page.status_code == 200
    assert set(numbers(page)) == left


def test_filters_count_what_each_choice_would_leave(shelf, client):
    page = html.unescape(client.get("/van-ban/", {"nam": "2022"}).content.decode())
    assert "Chỉ thị (1)" in page
    assert "Kế hoạch (1)" not in page
    assert "2021 (1)" in page
    assert '<option value="2022" selected>' in page


def test_a_narrowed_list_is_kept_out_of_search_engines(shelf, client):
    assert "noindex" not in client.get("/van-ban/").content.decode()
    assert "noindex" in client.get("/van-ban/", {"nam": "2022"}).content.decode()


def test_strategies_and_plans_have_their_own_way_in(shelf, client):
    assert numbers(client.get("/van-ban/chien-luoc-ke-hoach/")) == ["3/KH-UBND"]


def test_a_long_list_has_pages_that_keep_the_filter(offices, client):
    for count in range(23):
        published(offices, number=f"{count}/QĐ-UBND", kind="quyet-dinh")
    first = client.get("/van-ban/", {"loai": "quyet-dinh"}).content.decode()
    assert "?loai=quyet-dinh&amp;trang=2" in first or "?loai=quyet-dinh&trang=2" in first
    assert len(numbers(client.get("/van-ban/", {"loai": "quyet-dinh", "trang": "2"}))) == 3


def test_a_file_is_handed_over_as_a_download(offices, client):
    document = published(offices, files=[pdf("Chỉ thị “07”.pdf")])
    page = html.unescape(client.get(document.address).content.decode())
    assert "(PDF, " in page
    file = document.files.get()
    answer = client.get(file.address)
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment; ")
    assert "filename*=utf-8''Ch%E1%BB%89" in answer["Content-Disposition"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    again = client.get(file.address, headers={"if-none-match": answer["ETag"]})
    assert again.status_code == 304
    part = client.get(file.address, headers={"range": "bytes=0-3"})
    assert b"".join(part.streaming_content) == b"%PDF"
    assert client.post(file.address).status_code == 405


def test_files_belong_to_their_document(offices, client):
    mine = published(offices, files=[pdf()])
    other = published(offices, number="9-CT/HU")
    hidden = draft(offices, number="10-CT/HU", files=[pdf("nháp.pdf", PDF + b"\n")])
    file = mine.files.get()
    assert client.get(f"{other.address}tep/{file.pk}/").status_code == 404
    assert client.get(hidden.files.get().address).status_code == 404


def test_a_document_says_whether_it_holds(offices, client):
    for number, dates, told in [
        ("1-CT/HU", {}, "Còn hiệu lực"),
        ("2-CT/HU", {"expires_on": dt.date(2023, 1, 1)}, "Hết hiệu lực"),
        ("3-CT/HU", {"effective_on": dt.date(2099, 1, 1)}, "Chưa có hiệu lực"),
    ]:
        document = published(offices, number=number, **dates)
        assert told in client.get(document.address).content.decode()


def test_a_feed_gives_the_newest(shelf, client):
    answer = client.get("/van-ban/rss.xml")
    channel = ET.fromstring(answer.content).find("channel")
    titles = [item.findtext("title") for item in channel.findall("item")]
    assert len(titles) == 3
    assert any("Kế hoạch trồng rừng" in title for title in titles)
    only = ET.fromstring(client.get("/van-ban/rss.xml?loai=ke-hoach").content)
    assert len(only.find("channel").findall("item")) == 1


def test_pages_need_no_cookie_and_may_be_cached(shelf, client, django_assert_max_num_queries):
    address = OfficialDocument.objects.first().address
    client.get(address)
    with django_assert_max_num_queries(8):
        page = client.get(address)
    assert not page.cookies
    assert page["Cache-Control"] == PUBLIC
    with django_assert_max_num_queries(12):
        client.get("/van-ban/")
    assert client.post("/van-ban/").status_code == 405


def test_what_is_not_there_says_so(client, db):
    for address in (
        "/van-ban/khong-co/",
        "/van-ban/khong-co/tep/1/",
        "/van-ban/x/tep/99999999999999999999/",
    ):
        assert client.get(address).status_code == 404


def test_it_reads_well_when_nothing_is_there(client, db):
    assert "Không có văn bản nào" in client.get("/van-ban/").content.decode()
    assert client.get("/van-ban/rss.xml").status_code == 200


def test_a_change_empties_the_shared_copies(offices, settings, monkeypatch):
    asked = []
    monkeypatch.setattr(
        "tiengmo.portal.documents.listeners.purge", lambda *paths: asked.extend(paths)
    )
    document = published(offices, files=[pdf()])
    assert {document.address, "/van-ban/", "/van-ban/rss.xml"} <= set(asked)
    assert document.files.get().address in asked
