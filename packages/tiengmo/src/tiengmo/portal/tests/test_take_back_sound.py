"""A sound is public while a page that stands has it, and no longer."""

import pytest

from tiengmo.foundation import blobs
from tiengmo.people.tests.factories import UserFactory
from tiengmo.places.tests.factories import VillageFactory
from tiengmo.releases.actions import move_delivery, withdraw_release
from tiengmo.releases.models import DeliveryStatus
from tiengmo.releases.tests.factories import DeliveryFactory, ReleaseFactory, RenditionFactory
from tiengmo.voices.models import SoundFile

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit():
    return VillageFactory().unit


def a_sound(content=b"mp3 of a bulletin"):
    sha256 = blobs.put(content, ".mp3")
    SoundFile.objects.create(sha256=sha256, media_type="audio/mpeg", bytes=len(content))
    return sha256


def frozen(unit, sha256, **changes):
    release = ReleaseFactory(released=True, unit=unit, **changes)
    RenditionFactory(release=release, mp3_sha256=sha256)
    return release


def published(unit, sha256, **changes):
    release = frozen(unit, sha256, **changes)
    delivery = DeliveryFactory(release=release, channel="portal", target=release.slug, village=None)
    move_delivery(delivery, DeliveryStatus.DELIVERED)
    return release


def test_a_sound_that_waits_for_its_hour_is_not_public(client, unit):
    sha256 = a_sound()
    assert client.get(f"/am-thanh/{sha256}.mp3").status_code == 404
    frozen(unit, sha256)
    assert client.get(f"/am-thanh/{sha256}.mp3").status_code == 404


def test_a_withdrawal_takes_the_sound_back(client, unit):
    sha256 = a_sound()
    release = published(unit, sha256)
    response = client.get(f"/am-thanh/{sha256}.mp3")
    assert b"".join(response.streaming_content) == b"mp3 of a bulletin"
    assert not response.cookies
    withdraw_release(release, by=UserFactory(), reason="Sai giờ")
    assert client.get(f"/am-thanh/{sha256}.mp3").status_code == 410
    held = client.get(f"/am-thanh/{sha256}.mp3", HTTP_IF_NONE_MATCH=f'"{sha256}"')
    assert held.status_code == 410


def test_a_corrected_sound_goes_and_an_unchanged_one_stays(client, unit):
    wrong, right = a_sound(b"wrong"), a_sound(b"right")
    old = published(unit, wrong)
    second = published(unit, right, source_id=old.source_id, source_version="2", replaces=old)
    assert client.get(f"/am-thanh/{wrong}.mp3").status_code == 410
    assert client.get(f"/am-thanh/{right}.mp3").status_code == 200
    published(unit, right, source_id=old.source_id, source_version="3", replaces=second)
    assert client.get(f"/am-thanh/{right}.mp3").status_code == 200


def test_the_same_words_in_another_bulletin_keep_their_sound(client, unit):
    sha256 = a_sound()
    release = published(unit, sha256)
    published(unit, sha256)
    withdraw_release(release, by=UserFactory(), reason="Đăng hai lần")
    assert client.get(f"/am-thanh/{sha256}.mp3").status_code == 200
