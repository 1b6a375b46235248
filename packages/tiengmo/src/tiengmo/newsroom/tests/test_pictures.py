"""A picture from a telephone says where it was taken: what is published must not."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image
from wagtail.images import get_image_model

from tiengmo.people.tests.factories import sign_in

GPS, ORIENTATION, MAKER = 0x8825, 0x0112, 0x010F


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def taken(form="JPEG", **saved):
    picture = Image.new("RGB", (60, 40), "green")
    exif = picture.getexif()
    exif[MAKER] = "Dien thoai cua ong Lu"
    exif[ORIENTATION] = 6
    exif.get_ifd(GPS)[2] = (22.0, 38.0, 14.0)
    content = BytesIO()
    picture.save(content, form, exif=exif, **saved)
    return content.getvalue()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_an_uploaded_picture_keeps_its_look_and_nothing_else(client, locality, form):
    sign_in(client, locality.member)
    name = f"anh.{form.lower()}"
    assert b"Dien thoai" in taken(form)
    client.post(
        reverse("wagtailimages:add"),
        {"title": "Ảnh", "file": SimpleUploadedFile(name, taken(form))},
    )
    image = get_image_model().objects.get()
    rendition = image.get_rendition("width-30|jpegquality-80")
    for stored in (image.file, rendition.file):
        with stored.open("rb") as file:
            content = file.read()
        assert b"Dien thoai" not in content
        assert not Image.open(BytesIO(content)).getexif()
    assert (image.width, image.height) == (40, 60)  # upright, as the telephone was held
    assert image.file_size == image.file.size


def test_a_picture_that_tells_nothing_is_stored_as_it_came(client, locality):
    sign_in(client, locality.member)
    content = BytesIO()
    Image.new("RGB", (60, 40), "green").save(content, "PNG")
    file = SimpleUploadedFile("anh.png", content.getvalue())
    client.post(reverse("wagtailimages:add"), {"title": "Ảnh", "file": file})
    with get_image_model().objects.get().file.open("rb") as stored:
        assert stored.read() == content.getvalue()
