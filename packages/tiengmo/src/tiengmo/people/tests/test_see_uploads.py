"""Pictures that are being worked on are for staff; a name that can be guessed is no key."""

from io import BytesIO

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from wagtail.images import get_image_model

from tiengmo.people.tests.factories import UserFactory, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def addresses(settings, tmp_path):
    """Where an original and one of its sizes are."""
    settings.MEDIA_ROOT = tmp_path / "media"
    cache.clear()  # where Wagtail remembers sizes, by numbers that each test uses again
    content = BytesIO()
    Image.new("RGB", (60, 40), "green").save(content, "PNG")
    file = SimpleUploadedFile("anh.png", content.getvalue())
    image = get_image_model().objects.create(title="Ảnh", file=file)
    return [image.file.url, image.get_rendition("width-30").url]


def statuses(client, addresses):
    return [client.get(address).status_code for address in addresses]


def test_a_stranger_does_not_learn_that_there_is_one(addresses):
    assert addresses[0].startswith("/media/original_images/")
    assert statuses(Client(), addresses) == [404, 404]


def test_staff_see_them_and_no_shared_cache_keeps_them(client, addresses):
    sign_in(client, UserFactory(editor=True))
    assert statuses(client, addresses) == [200, 200]
    assert client.get(addresses[1])["Cache-Control"].startswith("private")
    assert client.post(addresses[1]).status_code == 405


def test_a_password_alone_is_not_enough_where_a_second_factor_is_due(client, addresses):
    user = UserFactory(approver=True)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert statuses(client, addresses) == [404, 404]
    sign_in(client, user)
    assert statuses(client, addresses) == [200, 200]


def test_someone_without_any_role_and_someone_who_left_see_none(client, addresses):
    user = UserFactory()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    before = statuses(client, addresses)
    assert before == ([200, 200] if user.has_perm("wagtailadmin.access_admin") else [404, 404])
    user.is_active = False
    user.save()
    assert statuses(client, addresses) == [404, 404]
