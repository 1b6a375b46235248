import xml.etree.ElementTree as ET

import pytest
from django.test import Client

from tiengmo.people.tests.factories import UserFactory
from tiengmo.places.tests.factories import UnitFactory, VillageFactory
from tiengmo.portal import queries
from tiengmo.portal.models import Page
from tiengmo.releases.actions import move_delivery, withdraw_release
from tiengmo.releases.models import DeliveryStatus
from tiengmo.releases.tests.factories import DeliveryFactory, ReleaseFactory, RenditionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_facts():
    queries.forget_facts()


@pytest.fixture
def commune():
    village = VillageFactory()
    return village.unit


def published(commune, *, title="Lịch tiêm phòng dại", **changes):
    release = ReleaseFactory(released=True, unit=commune, title=title, **changes)
    RenditionFactory(release=release)
    delivery = DeliveryFactory(release=release, channel="portal", target=release.slug, village=None)
    move_delivery(delivery, DeliveryStatus.DELIVERED)
    return release


def test_citizen_reads_and_hears_without_a_cookie(client, commune):
    release = published(commune)
    home = client.get("/")
    assert release.title in home.content.decode()
    page = client.get(f"/tin/{release.slug}/")
    text = page.content.decode()
    assert "<p>Nội dung.</p>" in text
    assert f"/am-thanh/{'1' * 64}.mp3" in text
    assert release.cleared_by_name in text
    assert not page.cookies
    assert "Cookie" not in page.headers.get("Vary", "")
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]


def test_what_was_not_released_is_not_there(client, commune):
    release = ReleaseFactory(unit=commune)
    RenditionFactory(release=release)
    assert client.get(f"/tin/{release.slug}/").status_code == 404
    assert release.title not in client.get("/").content.decode()


def test_withdrawn_page_answers_gone_with_its_reason(client, commune):
    release = published(commune)
    withdraw_release(release, by=UserFactory(), reason="Sai lịch của hai thôn")
    page = client.get(f"/tin/{release.slug}/")
    assert page.status_code == 410
    assert "Sai lịch của hai thôn" in page.content.decode()
    assert release.title not in client.get("/").content.decode()


def test_the_corrected_version_takes_the_old_ones_place(client, commune):
    old = published(commune)
    new = published(commune, source_id=old.source_id, source_version="2", replaces=old)
    assert client.get(f"/tin/{old.slug}/").headers["Location"] == f"/tin/{new.slug}/"
    assert "đính chính" in client.get(f"/tin/{new.slug}/").content.decode()


def test_commune_page_shows_its_own_and_the_districts_news(client, commune):
    own = published(commune, title="Họp thôn")
    all_of_it = published(commune.parent, title="Rét đậm toàn huyện")
    elsewhere = published(UnitFactory(), title="Chuyện xã khác")
    text = client.get(f"/xa/{commune.code}/").content.decode()
    assert own.title in text
    assert all_of_it.title in text
    assert elsewhere.title not in text


def test_feed_encloses_the_sound(client, commune):
    release = published(commune)
    for address in ("/rss.xml", f"/xa/{commune.code}/rss.xml"):
        feed = ET.fromstring(client.get(address).content)
        item = feed.find("channel/item")
        assert item.findtext("title") == release.title
        enclosure = item.find("enclosure")
        assert enclosure.get("url").endswith(f"/am-thanh/{'1' * 64}.mp3")
        assert (enclosure.get("type"), enclosure.get("length")) == ("audio/mpeg", "40000")


def test_unchanged_page_is_not_sent_again(client, commune):
    published(commune)
    first = client.get("/")
    again = client.get("/", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert not again.content


@pytest.mark.parametrize(
    "address", ["/tin/khong-co/", "/xa/99999/", "/xa/99999/rss.xml", "/khong-co", "/tin/?trang=abc"]
)
def test_wrong_address_is_answered_in_vietnamese(client, address):
    page = client.get(address)
    assert page.status_code in (200, 404)
    assert 'lang="vi"' in page.content.decode()


def test_writing_to_a_public_page_is_refused(db):
    assert Client(enforce_csrf_checks=True).post("/").status_code == 405


def test_home_needs_few_queries(client, commune, django_assert_max_num_queries):
    for n in range(15):
        published(commune, title=f"Bản tin {n}")
    client.get("/")
    # What is new, what is still open, documents, answers, events, and whether an alert is out.
    with django_assert_max_num_queries(6):
        client.get("/")
    slug = Page.objects.first().slug
    with django_assert_max_num_queries(1):
        client.get(f"/tin/{slug}/")
