"""A released picture is the portal's own copy: public while its page stands, and unchanged."""

from io import BytesIO

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from wagtail.images import get_image_model

from tiengmo.people.tests.factories import UserFactory
from tiengmo.places.tests.factories import VillageFactory
from tiengmo.portal.models import Page
from tiengmo.releases.actions import move_delivery, withdraw_release
from tiengmo.releases.models import DeliveryStatus
from tiengmo.releases.tests.factories import DeliveryFactory, ReleaseFactory, RenditionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def image(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    cache.clear()  # where Wagtail remembers sizes, by numbers that each test uses again
    content = BytesIO()
    Image.new("RGB", (60, 40), "green").save(content, "PNG")
    file = SimpleUploadedFile("anh.png", content.getvalue())
    return get_image_model().objects.create(title="Ảnh", file=file)


def published(image):
    size = image.get_rendition("width-30")
    release = ReleaseFactory(released=True, unit=VillageFactory().unit)
    RenditionFactory(
        release=release,
        picture={"url": size.url, "width": 30, "height": 20, "alt": "Ruộng bậc thang"},
    )
    delivery = DeliveryFactory(release=release, channel="portal", target=release.slug, village=None)
    move_delivery(delivery, DeliveryStatus.DELIVERED)
    return release, size


def address_of(release):
    return Page.objects.get(release=release).picture["url"]


def test_the_page_shows_its_own_copy(client, image):
    release, size = published(image)
    address = address_of(release)
    for page in ("/", f"/tin/{release.slug}/"):
        text = client.get(page).content.decode()
        assert address[:69] in text
        assert "/media/" not in text
    shown = client.get(address)
    with size.file.open("rb") as file:
        assert b"".join(shown.streaming_content) == file.read()
    assert shown["Content-Type"] == "image/png"
    assert "must-revalidate" in shown["Cache-Control"]
    assert client.get(address, HTTP_IF_NONE_MATCH=shown["ETag"]).status_code == 304
    assert client.get(size.url).status_code == 404


def test_it_stays_when_the_newsroom_deletes_its_own(client, image):
    release, _size = published(image)
    image.delete()
    assert client.get(address_of(release)).status_code == 200


def test_a_withdrawal_takes_the_picture_back(client, image):
    release, _size = published(image)
    address = address_of(release)
    other, _size = published(image)
    withdraw_release(release, by=UserFactory(), reason="Ảnh chụp người không đồng ý")
    assert client.get(address).status_code == 200  # the other bulletin shows it
    withdraw_release(other, by=UserFactory(), reason="Ảnh chụp người không đồng ý")
    assert client.get(address).status_code == 410
    assert client.get(address, HTTP_IF_NONE_MATCH="*").status_code == 410


def test_a_picture_lost_before_release_is_left_out(client, image):
    size = image.get_rendition("width-30")
    size.file.storage.delete(size.file.name)
    release, _size = published(image)
    assert Page.objects.get(release=release).picture == {}
    assert "<figure" not in client.get(f"/tin/{release.slug}/").content.decode()


def test_an_address_of_no_picture(client, image):
    release, _size = published(image)
    assert client.get(f"/anh/{'0' * 64}.png").status_code == 404
    assert client.get(address_of(release).replace(".png", ".html")).status_code == 404


@pytest.mark.parametrize("address", ["/", "/tin/", "/rss.xml", "/anh/" + "0" * 64 + ".png"])
def test_a_page_that_is_only_read_says_so(client, address):
    answer = client.post(address, {"q": "1"})
    assert answer.status_code == 405
    assert answer["Allow"] == "GET, HEAD"
    assert "chỉ để đọc" in answer.content.decode()
