"""A citizen pastes an address and reads whether the page is the authorities' own."""

import csv
import io

import pytest
from django.utils import timezone

from tiengmo.channels.social.tests.factories import AccountFactory
from tiengmo.places.tests.factories import UnitFactory

pytestmark = pytest.mark.django_db
PLACE = "/tai-khoan-chinh-thuc/"


@pytest.fixture
def commune():
    return UnitFactory(in_district=True, name="Xã Thẩm Lương")


@pytest.fixture
def page(commune):
    return AccountFactory(
        unit=commune,
        name="UBND xã Thẩm Lương",
        address="https://www.facebook.com/ubnd.tham.luong",
        external_id="100064123456789",
    )


def read(client, query=""):
    answer = client.get(PLACE + query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_official_by_name_or_number(client, page):
    for typed in ("fb.com/ubndthamluong", "facebook.com/profile.php?id%3D100064123456789"):
        text = read(client, f"?dia-chi={typed}")
        assert ">Chính thức<" in text
        assert "Xã Thẩm Lương" in text


def test_what_is_not_in_the_register_is_told_with_advice(client, page):
    text = read(client, "?dia-chi=facebook.com/quan.ca.phe.nui.xanh")
    assert "Không có trong danh sách" in text
    assert "OTP" in text
    assert "gần giống" not in text
    text = read(client, "?dia-chi=facebook.com/ubnd.tharn.luong")
    assert "gần giống một trang chính thức" in text
    assert page.address in text
    assert "Không đọc được địa chỉ" in read(client, "?dia-chi=https://example.vn/")
    text = read(client, "?dia-chi=%3Cscript%3Ealert(1)%3C/script%3E")
    assert "<script>alert" not in text


def test_unverified_and_retired_are_not_official(client, page):
    AccountFactory(waiting=True, name="Trang chờ", address="https://facebook.com/trang.cho.xem")
    AccountFactory(
        name="Trang cũ",
        address="https://facebook.com/trang.cu.roi",
        status="retired",
        retired_at=timezone.now(),
        retired_reason="Bị chiếm quyền",
    )
    assert "Chưa xác minh" in read(client, "?dia-chi=facebook.com/trangchoxem")
    text = read(client, "?dia-chi=facebook.com/trangcuroi")
    assert "Không còn chính thức" in text
    assert "Bị chiếm quyền" in text
    listed = read(client)
    assert "Trang chờ" not in listed
    assert "Bị chiếm quyền" in listed
    assert "1 trang, tài khoản chính thức" in listed


def test_found_without_diacritics_and_by_commune(client, page, commune):
    AccountFactory(name="OA xã khác", zalo=True)
    assert "UBND xã Thẩm Lương" in read(client, "?q=tham+luong")
    assert "OA xã khác" not in read(client, "?q=tham+luong")
    assert "OA xã khác" not in read(client, f"?xa={commune.code}")
    assert client.get(PLACE + "?xa=nowhere").status_code == 404
    assert "Không có trang nào như vậy" in read(client, "?q=zzzz")


def test_open_data_and_no_personal_data(client, page):
    AccountFactory(name="=HYPERLINK(1)", owner_name="Bà Bí Mật", owner_phone="0900000001")
    given = client.get(PLACE + "danh-sach.json").json()
    assert [one["unit"] for one in given["accounts"]].count("Xã Thẩm Lương") == 1
    answer = client.get(PLACE + "danh-sach.csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 2
    assert any(row["name"] == "'=HYPERLINK(1)" for row in rows)
    for text in (str(given), answer.content.decode(), read(client)):
        assert "Bí Mật" not in text
        assert "0900000001" not in text


def test_the_number_of_queries_does_not_grow(client, page, django_assert_max_num_queries):
    for _ in range(30):
        AccountFactory()
    read(client)
    with django_assert_max_num_queries(25):
        read(client)
