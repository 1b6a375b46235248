"""Somebody who would hear the loudspeakers from home: the player, and what the page says of it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tiengmo.broadcasting.models import Part, PlayoutItem
from tiengmo.people.tests.factories import UserFactory
from tiengmo.places.tests.factories import VillageFactory
from tiengmo.portal import queries
from tiengmo.studio.models import LiveTakeover, Relay, RelayState
from tiengmo.studio.workflow import TakeoverState

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_facts():
    queries.forget_facts()


@pytest.fixture
def village():
    return VillageFactory()


@pytest.fixture
def commune(village):
    for _ in range(2):
        VillageFactory(unit=village.unit)
    return village.unit


def spoken(commune, *, areas=None, title="Họp thôn"):
    now = timezone.now()
    return LiveTakeover.objects.create(
        station=commune,
        areas=areas or [commune.code],
        title=title,
        by=UserFactory(),
        state=TakeoverState.ON_AIR,
        on_air_at=now,
        until_at=now + timedelta(minutes=30),
    )


def planned(commune, *, minutes, title, part=Part.OWN, areas=None):
    start = timezone.now() + timedelta(minutes=minutes)
    return PlayoutItem.objects.create(
        station=commune,
        title=title,
        areas=areas or [commune.code],
        part=part,
        start_at=start,
        start_before_at=start + timedelta(minutes=5),
        duration_ms=300_000,
    )


def read(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_player_needs_no_script_and_loads_nothing_by_itself(client, commune):
    page = read(client, f"/nghe/{commune.code}/")
    player = page[page.index("data-ng-live") - 60 :][:300]
    assert 'controls preload="none"' in player
    assert f'src="/nghe/{commune.code}/truc-tiep.mp3"' in player
    assert f'<a href="/nghe/{commune.code}/truc-tiep.mp3">' in page
    assert f'src="/nghe/{commune.code}/hmn/truc-tiep.mp3"' in read(
        client, f"/nghe/{commune.code}/hmn/"
    )
    assert f'src="/nghe/{commune.parent.code}/truc-tiep.mp3"' in read(client, "/nghe/")


def test_without_a_proxy_a_player_is_led_to_the_listening_process(client, commune, settings):
    settings.LISTENING_PORT = 8123
    answer = client.get(f"/nghe/{commune.code}/truc-tiep.mp3", headers={"host": "localhost:8000"})
    assert answer.status_code == 302
    assert answer["Location"] == f"http://localhost:8123/nghe/{commune.code}/truc-tiep.mp3"
    for address in ("/nghe/", f"/nghe/{commune.code}/"):
        first = client.get(address, headers={"host": "localhost:8000"})
        assert "media-src 'self' http://localhost:8123;" in first["Content-Security-Policy"]
        # A browser takes over the headers of "nothing has changed".
        again = client.get(
            address, headers={"host": "localhost:8000", "if-none-match": first["ETag"]}
        )
        assert again.status_code == 304
        assert again["Content-Security-Policy"] == first["Content-Security-Policy"]


def test_behind_our_nginx_nothing_comes_from_elsewhere(client, commune, settings):
    settings.PROXIES = 1
    page = client.get(f"/nghe/{commune.code}/")
    assert "media-src 'self';" in page["Content-Security-Policy"]
    # nginx sends players elsewhere; one that comes here all the same is told so.
    assert client.get(f"/nghe/{commune.code}/truc-tiep.mp3").status_code == 503


@pytest.mark.parametrize("address", ["/nghe/khong-co/truc-tiep.mp3", "/nghe/{}/xx/truc-tiep.mp3"])
def test_no_such_loudspeakers(client, commune, address):
    assert client.get(address.format(commune.code)).status_code == 404
    assert client.post(f"/nghe/{commune.code}/truc-tiep.mp3").status_code == 405
    assert client.get("/nghe/khong-co/dang-phat/").status_code == 404


def test_what_is_on_air_and_what_comes_next(client, commune):
    planned(commune, minutes=90, title="Bản tin chiều")
    text = read(client, f"/nghe/{commune.code}/dang-phat/")
    assert "Lúc này loa không phát chương trình nào. Tiếp theo" in text
    assert "Bản tin chiều" in text
    planned(commune, minutes=-1, title="Nhạc dân tộc", part=Part.FILL)
    assert "Nhạc dân tộc" in read(client, f"/nghe/{commune.code}/dang-phat/")
    spoken(commune)
    text = read(client, f"/nghe/{commune.code}/dang-phat/")
    assert "Họp thôn" in text
    assert "Trực tiếp" in text
    assert text in read(client, f"/nghe/{commune.code}/")


def test_the_line_is_asked_for_again_soon(client, commune):
    answer = client.get(f"/nghe/{commune.code}/dang-phat/")
    assert "max-age=10" in answer["Cache-Control"]
    again = client.get(
        f"/nghe/{commune.code}/dang-phat/", headers={"if-none-match": answer["ETag"]}
    )
    assert again.status_code == 304


def test_what_few_villages_hear_is_said_to_be_theirs(client, commune, village):
    spoken(commune, areas=[village.code], title="Nhắc riêng thôn")
    text = read(client, f"/nghe/{commune.code}/dang-phat/")
    assert "chỉ ở một số thôn" in text
    assert "luồng trực tiếp không có" in text


def test_a_relay_is_on_air_while_its_sound_goes_out(client, commune):
    now = timezone.now()
    relay = Relay.objects.create(
        station=commune,
        title="Thời sự",
        areas=[commune.code],
        url="https://dai.example.vn/live",
        takeover="t",
        state=RelayState.SOURCE,
        session_from=now - timedelta(minutes=1),
        session_until=now + timedelta(minutes=29),
    )
    assert "Tiếp âm: Thời sự" in read(client, f"/nghe/{commune.code}/dang-phat/")
    Relay.objects.filter(pk=relay.pk).update(state=RelayState.SILENT)
    assert "Thời sự" not in read(client, f"/nghe/{commune.code}/dang-phat/")
