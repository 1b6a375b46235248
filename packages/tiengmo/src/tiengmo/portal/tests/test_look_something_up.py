"""A citizen, a program and a crawler at the search page."""

import json

import pytest

from tiengmo.people.tests.factories import UserFactory
from tiengmo.places.tests.factories import VillageFactory
from tiengmo.portal import queries
from tiengmo.releases.actions import move_delivery, withdraw_release
from tiengmo.releases.models import DeliveryStatus
from tiengmo.releases.tests.factories import DeliveryFactory, ReleaseFactory, RenditionFactory
from tiengmo.search import sources, vocabulary
from tiengmo.search.actions import count_words, put, rebuild
from tiengmo.search.tests.factories import entry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh():
    queries.forget_facts()
    vocabulary.forget()


@pytest.fixture
def commune():
    return VillageFactory().unit


def publish(commune, title, **changes):
    release = ReleaseFactory(released=True, unit=commune, title=title, **changes)
    RenditionFactory(release=release, body_html="<p>Mang chó mèo đến nhà văn hoá.</p><p>Hết.</p>")
    delivery = DeliveryFactory(release=release, channel="portal", target=release.slug, village=None)
    move_delivery(delivery, DeliveryStatus.DELIVERED)
    return release


def page(client, address, status=200):
    response = client.get(address)
    assert response.status_code == status
    return response.content.decode()


def results(client, q):
    return json.loads(page(client, f"/tim-kiem/?q={q}&format=json"))["results"]


def test_a_released_bulletin_is_found_at_once(client, commune):
    release = publish(commune, "Lịch tiêm phòng dại")
    text = page(client, "/tim-kiem/?q=tiem+phong+dai")
    assert f'<a href="/tin/{release.slug}/">Lịch <mark>tiêm phòng dại</mark></a>' in text
    assert "Mang chó mèo" in text
    response = client.get("/tim-kiem/?q=tiem")
    assert not response.cookies
    assert "default-src 'self'" in response["Content-Security-Policy"]


def test_a_withdrawn_bulletin_is_not(client, commune):
    release = publish(commune, "Lịch tiêm phòng dại")
    withdraw_release(release, by=UserFactory(), reason="Sai lịch")
    assert results(client, "tiêm phòng dại") == []


def test_a_corrected_bulletin_is_found_once_as_corrected(client, commune):
    publish(commune, "Lịch tiêm phòng dại thứ hai", source_id="7")
    newer = publish(commune, "Lịch tiêm phòng dại thứ ba", source_id="7", source_version="2")
    found = results(client, "lịch tiêm phòng dại")
    assert [result["url"] for result in found] == [f"/tin/{newer.slug}/"]


def test_building_anew_finds_the_same(client, commune, monkeypatch):
    publish(commune, "Lịch tiêm phòng dại")
    withdraw_release(publish(commune, "Tiêm phòng cúm"), by=UserFactory(), reason="Sai")
    before = results(client, "tiêm phòng")
    monkeypatch.setattr(sources, "_sources", {"bulletin": sources.all_sources()["bulletin"]})
    rebuild()
    assert results(client, "tiêm phòng") == before
    assert len(before) == 1


def test_programs_get_json(client, commune):
    release = publish(commune, "Lịch tiêm phòng dại")
    response = client.get("/tim-kiem/?q=tiem+phong&format=json")
    assert response["Content-Type"] == "application/json"
    answer = response.json()
    assert answer["total"] == 1
    result = answer["results"][0]
    assert result["id"] == f"bulletin:newsroom.bulletin:{release.source_id}"
    assert (result["url"], result["title"]) == (f"/tin/{release.slug}/", release.title)
    assert (result["kind"], result["unit"]) == ("bulletin", commune.name)
    assert result["date"].startswith("20")
    assert result["score"] > 0
    assert answer["facets"]["kind"] == [{"value": "bulletin", "name": "Bản tin", "count": 1}]


def test_narrowed_by_links(client):
    put(
        [
            entry("bulletin:1", title="Họp thôn", unit_code="1", unit_name="Xã Một"),
            entry(
                "document:1", kind="document", title="Họp thôn", unit_code="2", unit_name="Xã Hai"
            ),
        ]
    )
    text = page(client, "/tim-kiem/?q=họp+thôn")
    assert 'rel="nofollow" href="/tim-kiem/?q=h%E1%BB%8Dp+th%C3%B4n&amp;don-vi=2"' in text
    narrowed = page(client, "/tim-kiem/?q=họp+thôn&don-vi=2")
    assert "/document/1/" in narrowed
    assert "/bulletin/1/" not in narrowed
    assert '<input type="hidden" name="don-vi" value="2">' in narrowed
    assert 'href="/tim-kiem/?q=h%E1%BB%8Dp+th%C3%B4n"' in narrowed


def test_a_slip_is_asked_about(client, commune):
    publish(commune, "Lịch tiêm phòng dại")
    count_words()
    vocabulary.forget()
    text = page(client, "/tim-kiem/?q=lịch+tiêm+phongg")
    assert "Có phải bạn tìm" in text
    assert ">lịch tiêm phòng</a>?" in text


def test_nothing_found_leads_on(client, commune):
    publish(commune, "Lịch tiêm phòng dại")
    text = page(client, "/tim-kiem/?q=xyzzyx")
    assert "Không tìm thấy “xyzzyx”" in text
    assert 'href="/tin/"' in text
    assert "Lịch tiêm phòng dại" in text  # the newest
    assert "Tìm lại trong toàn bộ" in page(client, "/tim-kiem/?q=xyzzyx&nam=2020")


@pytest.mark.parametrize(
    "query",
    [
        "", "q=", 'q="', "q=*", "q=(", "q=a+AND", "q=%F0%9F%99%82", "q=" + "a" * 10_000,
        "q=họp&trang=x", "q=họp&nam=99999999", "q=họp&nam=abc", "q=họp&loai=%27%3B", "q=%ff%fe",
        "q=họp&format=xml", "q=họp&nam=²²²²", "loai=bulletin",
    ],
)  # fmt: skip
def test_any_address_is_answered(client, query):
    page(client, f"/tim-kiem/?{query}")
    page(client, f"/tim-kiem/?{query}&format=json")
    page(client, f"/tim-kiem/goi-y/?{query}")
    page(client, f"/tim-kiem/goi-y/?{query}&format=json")


def test_a_nul_is_refused_as_at_every_address(client):
    page(client, "/tim-kiem/?q=h%00", status=400)


def test_what_was_typed_is_shown_as_text(client):
    text = page(client, "/tim-kiem/?q=<script>alert(1)</script>&loai=<b>")
    assert "<script>alert" not in text
    assert "<b>×" not in text


def test_suggestions_are_links_and_json(client):
    put([entry("p:1", title="Đăng ký khai sinh", date=None), entry("p:2", title="Họp")])
    count_words()
    assert '<a href="/p/1/">Đăng ký khai sinh</a>' in page(client, "/tim-kiem/goi-y/?q=dang+ky+kh")
    answer = json.loads(page(client, "/tim-kiem/goi-y/?q=dang+ky+kh&format=json"))
    assert [s["text"] for s in answer["suggestions"]] == ["Đăng ký khai sinh"]


def test_a_crawler_finds_an_end(client):
    put([entry(f"b:{n}", title="Họp thôn") for n in range(12)])
    page(client, "/tim-kiem/?q=họp&trang=2")
    page(client, "/tim-kiem/?q=họp&trang=3", status=404)
    page(client, "/tim-kiem/?q=họp&trang=9999", status=404)
    text = page(client, "/tim-kiem/?q=họp")
    assert '<meta name="robots" content="noindex, nofollow">' in text
    assert 'rel="canonical"' in text
    assert "Disallow: /tim-kiem/?" in page(client, "/robots.txt")


def test_a_page_of_results_asks_the_database_little(client, django_assert_max_num_queries):
    put([entry(f"b:{n}", title="Họp thôn", unit_code=str(n % 5)) for n in range(200)])
    client.get("/tim-kiem/?q=họp+thôn")
    with django_assert_max_num_queries(12):
        client.get("/tim-kiem/?q=họp+thôn")
