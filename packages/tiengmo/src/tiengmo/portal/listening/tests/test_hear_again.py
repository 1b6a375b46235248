"""Somebody who would rather hear: the archive of a station, and its podcast in each language."""

from email.utils import parsedate_to_datetime

import feedparser
import pytest

from tiengmo.people.tests.factories import UserFactory
from tiengmo.places.tests.factories import UnitFactory, VillageFactory
from tiengmo.portal import queries
from tiengmo.releases.actions import move_delivery, withdraw_release
from tiengmo.releases.models import DeliveryStatus
from tiengmo.releases.tests.factories import DeliveryFactory, ReleaseFactory, RenditionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_facts():
    queries.forget_facts()


@pytest.fixture
def commune():
    return VillageFactory().unit


def released(unit, *, languages=("vi",), title="Lịch tiêm phòng & rét đậm"):
    release = ReleaseFactory(released=True, unit=unit, audience=[unit.code], title=title)
    for number, language in enumerate(languages):
        RenditionFactory(
            release=release,
            language=language,
            headline=f"{title} ({language})",
            mp3_sha256=f"{number + 1:064x}",
            mp3_bytes=12_345,
            sound_duration_ms=61_400,
        )
    delivery = DeliveryFactory(release=release, channel="portal", target=release.slug, village=None)
    move_delivery(delivery, DeliveryStatus.DELIVERED)
    return release


def test_a_podcast_a_station_and_a_language(client, commune):
    release = released(commune, languages=("vi", "hmn"))
    answer = client.get(f"/nghe/{commune.code}/hmn/podcast.xml")
    feed = feedparser.parse(answer.content)
    assert not feed.bozo, feed.get("bozo_exception")
    assert feed.version == "rss20"
    assert feed.feed.language == "hmn"
    assert not feed.feed.itunes_explicit
    assert feed.feed.image.href.endswith(".png")
    assert feed.feed.tags[0].term == "Government"
    (entry,) = feed.entries
    assert entry.title == "Lịch tiêm phòng & rét đậm (hmn)"
    assert entry.itunes_duration == "61"
    (sound,) = entry.enclosures
    assert (sound.type, sound.length) == ("audio/mpeg", "12345")
    assert sound.href.endswith(f"/am-thanh/{2:064x}.mp3")
    assert entry.link.endswith(f"/tin/{release.slug}/hmn/")
    assert parsedate_to_datetime(entry.published) is not None


def test_what_was_taken_back_is_not_heard_again(client, commune):
    release = released(commune)
    assert release.title in client.get(f"/nghe/{commune.code}/").content.decode().replace(
        "&amp;", "&"
    )
    withdraw_release(release, by=UserFactory(), reason="Sai lịch")
    for address in ("/nghe/", f"/nghe/{commune.code}/", f"/nghe/{commune.code}/vi/podcast.xml"):
        assert f"{1:064x}" not in client.get(address).content.decode()


def test_a_neighbours_loudspeakers_said_other_things(client, commune):
    released(commune)
    other = UnitFactory(parent=commune.parent)
    page = client.get(f"/nghe/{other.code}/").content.decode()
    assert "Chưa có bản tin nào có tiếng" in page
    assert f"{1:064x}" in client.get("/nghe/").content.decode()
    assert f"{1:064x}" in client.get(f"/nghe/{commune.parent.code}/").content.decode()


def test_an_empty_podcast_is_a_valid_one(client, commune):
    feed = feedparser.parse(client.get(f"/nghe/{commune.code}/vi/podcast.xml").content)
    assert not feed.bozo
    assert feed.entries == []


@pytest.mark.parametrize("address", ["/nghe/khong-co/", "/nghe/{}/xx/", "/nghe/{}/xx/podcast.xml"])
def test_no_such_station_or_language(client, commune, address):
    assert client.get(address.format(commune.code)).status_code == 404


def test_many_sounds_cost_no_more_queries(client, commune, django_assert_max_num_queries):
    for number in range(40):
        release = ReleaseFactory(released=True, unit=commune, audience=[commune.code])
        RenditionFactory(release=release, mp3_sha256=f"{number:064x}")
        delivery = DeliveryFactory(
            release=release, channel="portal", target=release.slug, village=None
        )
        move_delivery(delivery, DeliveryStatus.DELIVERED)
    client.get(f"/nghe/{commune.code}/")
    with django_assert_max_num_queries(16):
        page = client.get(f"/nghe/{commune.code}/").content.decode()
    assert page.count("ng-item") == 20
    feed = feedparser.parse(client.get(f"/nghe/{commune.code}/vi/podcast.xml").content)
    assert len(feed.entries) == 40
