"""What an installation's settings come to, read as its processes read them."""

import runpy
from importlib.util import find_spec

import pytest


@pytest.fixture
def settings_with(monkeypatch, tmp_path):
    def read(**variables):
        monkeypatch.setenv("TIENGMO_HOME", str(tmp_path))
        for name in ("TIENGMO_PUBLIC_URL", "TIENGMO_PROXIES"):
            monkeypatch.delenv(name, raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(find_spec("tiengmo.config.settings").origin)

    return read


def test_over_tls_browsers_are_told_to_stay_there(settings_with):
    found = settings_with(TIENGMO_PUBLIC_URL="https://batxat.example", TIENGMO_PROXIES="1")
    assert found["SECURE_HSTS_SECONDS"] >= 180 * 24 * 3600
    assert found["SESSION_COOKIE_SECURE"]
    assert found["CSRF_COOKIE_SECURE"]
    assert found["SECURE_PROXY_SSL_HEADER"] == ("HTTP_X_FORWARDED_PROTO", "https")


def test_on_one_machine_without_tls_nobody_is_locked_out(settings_with):
    found = settings_with()
    assert found["SECURE_HSTS_SECONDS"] == 0
    assert not found["SESSION_COOKIE_SECURE"]
    # No proxy of ours: anybody could write this header.
    assert found["SECURE_PROXY_SSL_HEADER"] is None


def test_the_public_page_says_so_too(client, settings, db):
    settings.SECURE_HSTS_SECONDS = 1000
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    for address in ("/", "/quan-tri/login/"):
        answer = client.get(address, HTTP_X_FORWARDED_PROTO="https")
        assert answer["Strict-Transport-Security"].startswith("max-age=1000"), address
        assert not client.get(address).has_header("Strict-Transport-Security")
