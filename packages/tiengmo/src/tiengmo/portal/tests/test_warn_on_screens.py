"""An alert takes the whole screen: it stands in the file that every screen asks for."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tiengmo.alerts.actions import compose_alert, draft_all_clear, release_alert, second_alert
from tiengmo.alerts.models import Alert
from tiengmo.alerts.tests.conftest import PASSPHRASE, _own_keys, here  # noqa: F401
from tiengmo.alerts.tests.factories import issued, make_ready
from tiengmo.channels.actions import carry, deliver
from tiengmo.channels.screens.models import Play
from tiengmo.channels.screens.playlists import playlist_of
from tiengmo.channels.screens.tests.factories import let_in
from tiengmo.releases.models import DeliveryStatus, Release

pytestmark = pytest.mark.django_db


def alerts(client):
    return client.get("/man-hinh/nhip/").json()["alerts"]


def hears(screen, alert):
    listens = playlist_of(screen)["listens"]
    return "*" in listens or bool(set(listens) & set(alert["areas"]))


def test_it_stands_there_whole_until_it_ends(client, here):  # noqa: F811
    assert alerts(client) == []
    alert = issued(here)
    (shown,) = alerts(client)
    assert shown["kind"] == "warning"
    assert not shown["is_exercise"]
    assert "suối Lũng Pô" in shown["texts"][0]["headline"]
    assert shown["texts"][0]["instruction"]
    assert shown["until"] == round(alert.expires_at.timestamp() * 1000)
    Alert.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert alerts(client) == []


def test_screens_of_its_area_show_it_and_those_above(client, here):  # noqa: F811
    own, _ = let_in(unit=here.commune)
    above, _ = let_in(unit=here.commune.parent)
    other, _ = let_in(unit=here.other)
    issued(here)
    (shown,) = alerts(client)
    assert hears(own, shown)
    assert hears(above, shown)
    assert not hears(other, shown)


def test_an_all_clear_is_told_as_one(client, here):  # noqa: F811
    first = issued(here)
    clear = make_ready(draft_all_clear(first, by=here.composer))
    compose_alert(clear, by=here.composer, passphrase=PASSPHRASE)
    second_alert(clear, by=here.above, passphrase=PASSPHRASE)
    assert [one["kind"] for one in alerts(client)] == ["clear"]


def test_a_test_is_nobody_s_business_and_an_exercise_says_so(client, here):  # noqa: F811
    issued(here, status="Test")
    assert alerts(client) == []
    issued(here, status="Exercise")
    (shown,) = alerts(client)
    assert shown["is_exercise"]


def test_its_showings_are_proved_like_a_bulletin_s(client, here):  # noqa: F811
    screen, token = let_in(unit=here.commune)
    alert = issued(here)
    release_alert(alert)
    release = Release.objects.get(source_version=str(alert.pk))
    assert release.channels == ["portal", "loudspeakers", "screens"]
    carry(release)
    deliver(release, "screens")
    (shown,) = alerts(client)
    assert shown["release"] == str(release.pk)
    play = {
        "id": "6f1c6a8e-6b1f-4c59-9a3e-0d7c2d5f1a11",
        "item": f"r:{shown['release']}:vi",
        "at": timezone.now().timestamp() * 1000,
        "ms": 30_000,
    }
    answer = client.post(
        "/man-hinh/may/bao-cao/",
        {"plays": [play]},
        content_type="application/json",
        headers={"Authorization": f"Screen {token}"},
    )
    assert answer.json()["taken"] == [play["id"]]
    assert Play.objects.get().release == release
    delivery = release.deliveries.get(channel="screens", target=str(screen.pk))
    assert delivery.status == DeliveryStatus.DELIVERED


def test_without_screens_there_its_release_has_no_such_channel(here):  # noqa: F811
    let_in(unit=here.other)
    alert = issued(here)
    release_alert(alert)
    release = Release.objects.get(source_version=str(alert.pk))
    assert release.channels == ["portal", "loudspeakers"]
