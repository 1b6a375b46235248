"""What citizens and other systems see of an alert while it is on, and after."""

import xml.etree.ElementTree as ET
from datetime import timedelta

import pytest
from django.utils import timezone

from tiengmo.alerts.actions import compose_alert, draft_all_clear, release_alert, second_alert
from tiengmo.alerts.cap.reading import read_alert, read_feed
from tiengmo.alerts.models import Alert
from tiengmo.alerts.tests.conftest import PASSPHRASE, _own_keys, here  # noqa: F401
from tiengmo.alerts.tests.factories import issued, make_ready
from tiengmo.portal import queries

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_facts():
    queries.forget_facts()


def text(client, address):
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


def test_the_banner_stands_where_it_concerns_and_goes_with_the_danger(client, here):  # noqa: F811
    own, other = f"/xa/{here.commune.code}/", f"/xa/{here.other.code}/"
    assert "Cảnh báo lũ quét" not in text(client, "/")
    alert = issued(here)
    for address in ("/", own, "/canh-bao/", "/canh-bao/dang-phat/"):
        assert "Cảnh báo lũ quét tại suối Lũng Pô" in text(client, address), address
    assert "Cảnh báo lũ quét" not in text(client, other)
    assert text(client, f"/canh-bao/dang-phat/?xa={here.other.code}") == ""
    page = text(client, f"/canh-bao/{alert.identifier}/")
    assert "Đang có hiệu lực" in page
    assert "no-cache" in client.get("/canh-bao/dang-phat/")["Cache-Control"]

    Alert.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert "Cảnh báo lũ quét" not in text(client, "/")
    assert "không còn hiệu lực" in text(client, f"/canh-bao/{alert.identifier}/")


def test_the_all_clear_takes_its_place(client, here):  # noqa: F811
    first = issued(here)
    clear = make_ready(draft_all_clear(first, by=here.composer))
    compose_alert(clear, by=here.composer, passphrase=PASSPHRASE)
    second_alert(clear, by=here.above, passphrase=PASSPHRASE)
    home = text(client, "/")
    assert "Đã an toàn" in home
    assert "rời nhà ngay" not in home
    assert clear.identifier in text(client, f"/canh-bao/{first.identifier}/")


def test_a_test_is_nobody_s_business(client, here):  # noqa: F811
    alert = issued(here, status="Test")
    assert "THỬ KỸ THUẬT" not in text(client, "/") + text(client, "/canh-bao/")
    assert client.get(f"/canh-bao/{alert.identifier}/").status_code == 404


def test_another_system_follows_the_feed_to_the_message(client, here, settings):  # noqa: F811
    alert = issued(here)
    alert.refresh_from_db()
    release_alert(alert)
    for name in ("cap.atom", "cap.rss"):
        raw = client.get(f"/canh-bao/{name}").content
        ET.fromstring(raw)
        (link,) = read_feed(raw, url=f"{settings.PUBLIC_URL}/canh-bao/{name}")
        answer = client.get(link.removeprefix(settings.PUBLIC_URL))
        assert answer["Content-Type"].startswith("application/cap+xml")
        assert read_alert(answer.content).identifier == alert.identifier
    assert "BEGIN CERTIFICATE" in text(client, "/canh-bao/chung-thu.pem")
    assert "PRIVATE" not in text(client, "/canh-bao/chung-thu.pem")
