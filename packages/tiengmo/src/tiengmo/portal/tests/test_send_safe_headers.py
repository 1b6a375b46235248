"""Headers that a browser obeys, and whom to tell of a hole."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "path", ["/", "/theo-doi/", "/thong-ke/", "/khong-co/", "/quan-tri/login/"]
)
def test_every_page_forbids_what_it_does_not_need(client, path):
    headers = client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert headers["X-Frame-Options"] in ("DENY", "SAMEORIGIN")
    assert "geolocation=()" in headers["Permissions-Policy"]
    assert "Content-Security-Policy" in headers


@pytest.mark.parametrize("path", ["/", "/theo-doi/", "/thong-ke/", "/tin/"])
def test_public_pages_run_nothing_inline_and_ask_nobody_else(client, path):
    answer = client.get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert "'unsafe-inline'" not in policy
    assert "'unsafe-eval'" not in policy
    assert "http" not in policy
    assert not answer.cookies
    html = answer.content.decode()
    assert "<style" not in html
    assert " style=" not in html
    assert " onclick=" not in html


def test_a_page_says_how_long_it_is(client):
    answer = client.get("/")
    assert int(answer.headers["Content-Length"]) == len(answer.content)


def test_staff_cookies_are_out_of_scripts_reach(client, settings):
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    cookies = client.get("/quan-tri/login/").cookies
    for cookie in cookies.values():
        assert cookie["samesite"] == "Lax"
        assert cookie["secure"]
    assert settings.SESSION_COOKIE_HTTPONLY


def test_over_tls_nobody_is_led_back_to_plain_http(settings):
    settings.SECURE_HSTS_SECONDS = 365 * 24 * 3600
    client = Client()  # its middleware reads the setting once
    assert "Strict-Transport-Security" not in client.get("/").headers
    assert client.get("/", secure=True).headers["Strict-Transport-Security"] == "max-age=31536000"


def test_security_txt_names_whom_to_tell_and_until_when(client, settings):
    assert client.get("/.well-known/security.txt").status_code == 404
    settings.SECURITY_CONTACT = "mailto:an-toan@example.vn, https://example.vn/bao-loi"
    answer = client.get("/.well-known/security.txt")
    fields = [line.split(": ", 1) for line in answer.content.decode().splitlines()]
    assert answer["Content-Type"].startswith("text/plain")
    assert [value for name, value in fields if name == "Contact"] == [
        "mailto:an-toan@example.vn",
        "https://example.vn/bao-loi",
    ]
    expires = dt.datetime.fromisoformat(dict(fields)["Expires"])
    assert timezone.now() < expires < timezone.now() + dt.timedelta(days=365)
