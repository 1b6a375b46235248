"""A page changes: the worker has our nginx fetch it anew."""

import httpx
import pytest

from tiengmo.outbox.models import OutboxEntry
from tiengmo.portal import handlers
from tiengmo.portal.caching import purge

pytestmark = pytest.mark.django_db


def waiting():
    return OutboxEntry.objects.filter(topic="portal.purge")


def test_without_an_nginx_of_ours_nothing_is_announced():
    purge("/")
    assert not waiting().exists()


def test_each_address_once_however_often_it_changed(settings):
    settings.NGINX_URLS = ["http://127.0.0.1:8080"]
    purge("/", "/tin/", "/")
    purge("/tin/")
    assert sorted(e.payload["path"] for e in waiting()) == ["/", "/tin/"]


@pytest.fixture
def nginx(monkeypatch):
    asked = []
    answers = {"status": 200}

    def answer(request):
        asked.append(request)
        return httpx.Response(answers["status"], text="trang")

    client = httpx.Client

    def with_our_transport(**options):
        return client(transport=httpx.MockTransport(answer), **options)

    monkeypatch.setattr(handlers.httpx, "Client", with_our_transport)
    answers["asked"] = asked
    return answers


def test_every_nginx_is_asked_past_its_copy_in_the_sites_own_name(settings, nginx):
    settings.NGINX_URLS = ["http://10.0.0.1:8080", "http://10.0.0.2:8080"]
    settings.PUBLIC_URL = "https://mo.example.vn"
    handlers.fetch_anew({"path": "/tin/?trang=2"})
    assert [str(r.url) for r in nginx["asked"]] == [
        "http://10.0.0.1:8080/tin/?trang=2",
        "http://10.0.0.2:8080/tin/?trang=2",
    ]
    request = nginx["asked"][0]
    assert request.headers["Host"] == "mo.example.vn"
    assert request.headers[handlers.REFRESH_HEADER] == handlers.refresh_secret()


@pytest.mark.parametrize("status", [404, 410])
def test_that_a_page_is_gone_is_an_answer(settings, nginx, status):
    settings.NGINX_URLS = ["http://127.0.0.1:8080"]
    nginx["status"] = status
    handlers.fetch_anew({"path": "/tin/x/"})


def test_an_nginx_without_an_application_behind_it_is_asked_again_later(settings, nginx):
    settings.NGINX_URLS = ["http://127.0.0.1:8080"]
    nginx["status"] = 502
    with pytest.raises(httpx.HTTPStatusError):
        handlers.fetch_anew({"path": "/"})
