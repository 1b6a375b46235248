"""Requests that nobody means well with: each is a page in Vietnamese, never a failure of ours."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DataError
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from wagtail.documents import get_document_model

from tiengmo.config.middleware import (
    ANYBODY,
    MEGABYTE,
    RECORDING,
    STAFF,
    BodyLimit,
    NoNulInFields,
)
from tiengmo.people.tests.factories import UserFactory, sign_in

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def upload(client, name, content):
    return client.post(
        "/quan-tri/documents/multiple/add/",
        {"title": name, "collection": 1, "files[]": SimpleUploadedFile(name, content)},
        HTTP_X_REQUESTED_WITH="XMLHttpRequest",
    )


@pytest.mark.parametrize("name", ["lua-dao.html", "lua-dao.svg", "lua-dao.xhtml", "lua-dao.js"])
def test_a_file_that_a_browser_would_run_is_not_taken_as_a_document(client, media, name):
    sign_in(client, UserFactory(editor=True))
    answer = upload(client, name, b"<script>alert(document.cookie)</script>")
    assert answer.json()["success"] is False


def test_a_document_is_taken_and_handed_over_as_a_download(client, media):
    sign_in(client, UserFactory(editor=True))
    assert upload(client, "ke-hoach.pdf", PDF)["Content-Type"] == "application/json"
    document = get_document_model().objects.get()
    assert Client().get(f"/media/{document.file.name}").status_code == 404
    assert Client().get(document.url).status_code == 404
    answer = client.get(document.url)
    assert answer.status_code == 200
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "address",
    [
        "/xa/%00/",
        "/xa/%00/rss.xml",
        "/tin/?trang=%00",
        "/quan-tri/loa/%00/",
        "/media/images/../../../etc/passwd",
    ],
)
def test_an_address_that_means_nothing_is_refused_in_vietnamese(client, address):
    answer = client.get(address)
    assert answer.status_code in {400, 404}
    assert 'lang="vi"' in answer.content.decode()


@pytest.mark.parametrize("address", ["/xa/%ff%fe/", "/xa/'%22%3B--/", "/tin/?trang=" + "9" * 5000])
def test_an_odd_address_is_answered(client, address):
    assert client.get(address).status_code in {200, 404}


def test_a_foreign_host_is_refused_in_vietnamese(client):
    answer = client.get("/quan-tri/login/", headers={"host": "ke-xau.example"})
    assert answer.status_code == 400
    assert "Yêu cầu không hợp lệ" in answer.content.decode()


def test_a_form_from_another_site_is_refused_in_vietnamese():
    answer = Client(enforce_csrf_checks=True).post("/quan-tri/login/", {"username": "bientap"})
    assert answer.status_code == 403
    assert "Hãy tải lại trang" in answer.content.decode()


def asked(user, address, megabytes):
    request = RequestFactory().post(address, b"--x", content_type="multipart/form-data; boundary=x")
    request.META["CONTENT_LENGTH"] = str(megabytes * MEGABYTE)
    request.user = user
    return BodyLimit(lambda _request: HttpResponse("read"))(request)


def test_a_large_body_of_somebody_unknown_is_refused_before_it_is_read():
    record = reverse("voices_staff:record")
    assert asked(AnonymousUser(), record, ANYBODY).content == b"read"
    assert asked(AnonymousUser(), record, ANYBODY + 1).status_code == 413


def test_staff_may_send_pictures_and_recordings_and_nothing_larger():
    editor, record = UserFactory(editor=True), reverse("voices_staff:record")
    assert asked(editor, "/quan-tri/images/add/", STAFF).content == b"read"
    assert asked(editor, "/quan-tri/images/add/", STAFF + 1).status_code == 413
    assert asked(editor, record, RECORDING).content == b"read"
    refused = asked(editor, record, RECORDING + 1)
    assert (refused.status_code, refused["Content-Type"]) == (413, "application/json")


@pytest.mark.parametrize("exception", [DataError("NUL"), ValueError("0x00")])
def test_what_postgresql_cannot_store_is_told_and_no_failure(exception):
    middleware = NoNulInFields(lambda _request: HttpResponse())
    forged = RequestFactory().post("/quan-tri/loa/1/", {"reason": "hỏng\0"})
    answer = middleware.process_exception(forged, exception)
    assert answer.status_code == 400
    assert "ký tự điều khiển" in answer.content.decode()
    honest = RequestFactory().post("/quan-tri/loa/1/", {"reason": "hỏng"})
    assert middleware.process_exception(honest, exception) is None
    assert middleware.process_exception(forged, KeyError("x")) is None
