"""A bulletin goes to screens; they show it, prove it once, and drop what is taken back."""

import json
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from tiengmo.channels.actions import carry, deliver, take_back
from tiengmo.channels.registry import Forms, channel
from tiengmo.channels.screens import playlists
from tiengmo.channels.screens.actions import enrol_screen, make_code
from tiengmo.channels.screens.beats import beat, taken_back
from tiengmo.channels.screens.handlers import close
from tiengmo.channels.screens.models import Beat, Play, Screen
from tiengmo.channels.screens.playlists import playlist_of
from tiengmo.channels.screens.tests.factories import ScreenFactory, let_in
from tiengmo.people.tests.factories import UserFactory
from tiengmo.places.tests.factories import UnitFactory, VillageFactory
from tiengmo.reach.queries import reach_of
from tiengmo.releases.actions import withdraw_release
from tiengmo.releases.models import DeliveryStatus, Receipt, Release
from tiengmo.releases.tests.factories import ReleaseFactory, RenditionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def commune():
    return UnitFactory(in_district=True)


def put_out(unit, **fields):
    release = ReleaseFactory(**{"unit": unit, "channels": ["portal", "screens"], **fields})
    RenditionFactory(release=release, short_text="Hai dòng ngắn.")
    go_out(release)
    return release


def go_out(release):
    carry(release)
    for code in release.channels:
        deliver(release, code)
    release.refresh_from_db()


def headlines(screen):
    screen.refresh_from_db()
    return [item["headline"] for item in playlist_of(screen)["items"]]


def delivery_to(release, screen):
    return release.deliveries.get(channel="screens", target=str(screen.pk))


def claim(release, *, at=None, ms=15_000, item=None, play=None):
    at = at or timezone.now()
    return {
        "id": str(play or uuid.uuid4()),
        "item": item or f"r:{release.pk}:vi",
        "at": at.timestamp() * 1000,
        "ms": ms,
    }


@pytest.fixture
def device(client):
    def ask(token, plays=(), holds=(), **more):
        return client.post(
            "/man-hinh/may/bao-cao/",
            json.dumps({"plays": list(plays), "holds": [str(one) for one in holds], **more}),
            content_type="application/json",
            headers={"Authorization": f"Screen {token}"},
        )

    return ask


def fetch(client, token):
    return client.get("/man-hinh/may/danh-sach/", headers={"Authorization": f"Screen {token}"})


def test_it_goes_to_the_screens_of_its_area(commune):
    village, other = VillageFactory(unit=commune), VillageFactory(unit=commune)
    office, _ = let_in(unit=commune)
    here, _ = let_in(unit=commune, village=village)
    there, _ = let_in(unit=commune, village=other)
    province, _ = let_in(unit=commune.parent)
    elsewhere, _ = let_in()
    waiting = ScreenFactory(unit=commune, waiting=True)
    release = put_out(commune, audience=[village.code])
    got = set(release.deliveries.filter(channel="screens").values_list("target", flat=True))
    assert got == {str(office.pk), str(here.pk)}
    assert headlines(here) == headlines(office) == [release.title]
    for screen in (there, province, elsewhere, waiting):
        assert headlines(screen) == []
    everywhere = put_out(commune, audience=[commune.parent.code])
    assert everywhere.deliveries.filter(channel="screens").count() == 4
    assert headlines(province) == [everywhere.title]


def test_a_screen_that_comes_later_shows_what_runs(commune, device):
    release = put_out(commune)
    screen = ScreenFactory(unit=commune, waiting=True)
    token = uuid.uuid4().hex * 2
    enrol_screen(make_code(screen, by=UserFactory(technician=commune)), token, who="a")
    assert headlines(screen) == [release.title]
    device(token, [claim(release)], [release.pk])
    assert delivery_to(release, screen).status == DeliveryStatus.DELIVERED


def test_a_play_counts_once_however_often_it_comes(client, commune, device):
    screen, token = let_in(unit=commune)
    release = put_out(commune)
    assert delivery_to(release, screen).reason == "screen_offline"
    assert fetch(client, token).json()["items"][0]["text"] == "Hai dòng ngắn."
    device(token, holds=[release.pk])
    assert delivery_to(release, screen).status == DeliveryStatus.SENT
    first, second = claim(release), claim(release)
    answer = device(token, [first, second, first]).json()
    assert sorted(answer["taken"]) == sorted([first["id"], second["id"]])
    again = device(token, [second, first, claim(release)]).json()
    assert len(again["taken"]) == 1
    assert sorted(again["known"]) == sorted([first["id"], second["id"]])
    assert Play.objects.count() == 3
    delivery = delivery_to(release, screen)
    assert delivery.status == DeliveryStatus.DELIVERED
    assert "3 lượt" in delivery.detail
    assert channel("screens").summary(release) == "Đã chiếu 3 lượt trên 1 màn hình."


def test_two_screens_may_choose_the_same_id(commune, device):
    (_one, first), (_two, second) = let_in(unit=commune), let_in(unit=commune)
    release = put_out(commune)
    play = claim(release)
    assert device(first, [play]).json()["taken"] == [play["id"]]
    assert device(second, [play]).json()["taken"] == [play["id"]]
    assert Play.objects.count() == 2


def test_what_cannot_be_is_refused_and_counted(commune, device):
    screen, token = let_in(unit=commune)
    release = put_out(commune)
    elsewhere = put_out(UnitFactory(in_district=True))
    now = timezone.now()
    wrong = {
        "future": claim(release, at=now + timedelta(hours=1)),
        "too_old": claim(release, at=now - timedelta(days=3650)),
        "length": claim(release, ms=100),
        "unknown_item": claim(elsewhere),
        "clock": claim(release) | {"at": None},
    }
    answer = device(token, wrong.values()).json()
    assert answer["refused"] == {play["id"]: reason for reason, play in wrong.items()}
    odd = [
        claim(release) | {"id": "x"},
        claim(release) | {"at": "12:00"},
        claim(release) | {"at": 1e300},
        claim(release) | {"ms": True},
        claim(release) | {"item": "r:\0"},
        claim(release, item="r:not-a-uuid:vi"),
        claim(release, item="nothing"),
        "play",
        None,
    ]
    answer = device(token, odd, showing="a\0b", player="x" * 5000, waiting=1e99).json()
    assert set(answer["refused"].values()) == {"unreadable", "unknown_item"}
    assert not Play.objects.exists()
    screen.refresh_from_db()
    assert screen.refused_plays["future"] == 1
    assert screen.showing == "ab"


@pytest.mark.parametrize(
    "body", ["[]", "{", '{"plays": 5}', '{"holds": {}}', json.dumps({"plays": [1] * 501}), "NaN"]
)
def test_what_is_no_report_is_refused(client, commune, body):
    _screen, token = let_in(unit=commune)
    answer = client.post(
        "/man-hinh/may/bao-cao/",
        body,
        content_type="application/json",
        headers={"Authorization": f"Screen {token}"},
    )
    assert answer.status_code == 400


def test_nobody_without_a_token(client, commune, device):
    release = put_out(commune)
    screen, token = let_in(unit=commune)
    for wrong in ("", "0" * 64, token[:-1], f"{token}0"):
        assert device(wrong, [claim(release)]).status_code == 401
        assert fetch(client, wrong).status_code == 401
    Screen.objects.filter(pk=screen.pk).update(revoked_at=timezone.now())
    assert fetch(client, token).status_code == 401


def test_a_broken_player_does_not_keep_us_busy(commune, device):
    _screen, token = let_in(unit=commune)
    with time_machine.travel("2026-11-22T03:00:01Z", tick=False):
        answers = [device(token).status_code for _ in range(31)]
    assert answers == [200] * 30 + [429]
    with time_machine.travel("2026-11-22T03:01:01Z", tick=False):
        assert device(token).status_code == 200


def test_withdrawn_is_named_at_once_and_open_until_the_screen_lets_go(client, commune, device):
    away, token = let_in(unit=commune)
    never, _ = let_in(unit=commune)
    release = put_out(commune)
    beat = Beat.objects.get(unit=commune).count
    fetch(client, token)
    device(token, [claim(release)], [release.pk])
    withdraw_release(release, by=UserFactory(approver=commune), reason="Sai giờ")
    # Before any worker has run.
    pulse = client.get("/man-hinh/nhip/").json()
    assert pulse["taken"] == [str(release.pk)]
    assert pulse["beats"][f"u{commune.pk}"] > beat
    assert headlines(away) == []
    take_back(release)
    take_back(release)
    assert delivery_to(release, never).status == DeliveryStatus.WITHDRAWN
    held = delivery_to(release, away)
    assert (held.status, held.reason) == (DeliveryStatus.DELIVERED, "screen_holds")
    # It comes back with a play from before, one from after, and has let go.
    later = timezone.now() + timedelta(minutes=5)
    with time_machine.travel(later, tick=False):
        device(token, [claim(release, at=later - timedelta(minutes=1))], [release.pk])
        held.refresh_from_db()
        assert held.reason == "screen_holds"
        device(token, [], [])
    held.refresh_from_db()
    assert held.status == DeliveryStatus.WITHDRAWN
    assert Play.objects.filter(is_after_withdrawal=True).count() == 1
    assert "1 lượt sau khi gỡ" in channel("screens").summary(release)


def test_plays_from_before_the_withdrawal_still_count(commune, device):
    screen, token = let_in(unit=commune)
    release = put_out(commune)
    shown = timezone.now()
    withdraw_release(release, by=UserFactory(approver=commune), reason="Sai")
    take_back(release)
    with time_machine.travel(shown + timedelta(hours=2), tick=False):
        device(token, [claim(release, at=shown)])
    assert delivery_to(release, screen).status == DeliveryStatus.WITHDRAWN
    assert Receipt.objects.filter(delivery__release=release, kind="shown").count() == 1


def test_a_correction_takes_the_place_of_what_was_wrong(client, commune):
    screen, token = let_in(unit=commune)
    first = put_out(commune, title="Họp lúc 7 giờ")
    fetch(client, token)
    second = ReleaseFactory(
        unit=commune, channels=["screens"], title="Họp lúc 8 giờ", replaces=first
    )
    RenditionFactory(release=second, short_text="Giờ mới.")
    assert headlines(screen) == ["Họp lúc 7 giờ"]
    go_out(second)
    assert headlines(screen) == ["Họp lúc 8 giờ"]
    assert client.get("/man-hinh/nhip/").json()["taken"] == [str(first.pk)]


def test_a_correction_that_never_went_out_leaves_the_old_one_on(commune):
    screen, _ = let_in(unit=commune)
    first = put_out(commune, title="Họp lúc 7 giờ")
    waiting = ReleaseFactory(
        unit=commune,
        channels=["screens"],
        replaces=first,
        release_at=timezone.now() + timedelta(days=1),
    )
    assert headlines(screen) == ["Họp lúc 7 giờ"]
    withdraw_release(waiting, by=UserFactory(approver=commune), reason="Không cần nữa")
    assert headlines(screen) == ["Họp lúc 7 giờ"]
    assert taken_back() == []


def test_what_changes_while_a_list_is_written_is_fetched_again(commune, monkeypatch):
    screen, _ = let_in(unit=commune)
    put_out(commune)
    real = playlists.releases_on

    def changed_right_after(*args):
        found = list(real(*args))
        beat([commune.pk])
        return found

    monkeypatch.setattr(playlists, "releases_on", changed_right_after)
    given = playlist_of(screen)
    assert given["beat"] < Beat.objects.get(unit=commune).count


def test_it_ends_with_its_window(commune):
    screen, _ = let_in(unit=commune)
    release = put_out(commune)
    with time_machine.travel(release.window_end_at + timedelta(seconds=1)):
        assert headlines(screen) == []
        close({"release": str(release.pk)})
    assert delivery_to(release, screen).status == DeliveryStatus.FAILED_PERMANENTLY


def test_plays_that_come_after_the_window_still_prove(commune, device):
    screen, token = let_in(unit=commune)
    release = put_out(commune)
    shown = timezone.now()
    with time_machine.travel(shown + timedelta(days=2)):
        close({"release": str(release.pk)})
        device(token, [claim(release, at=shown)])
    assert delivery_to(release, screen).status == DeliveryStatus.DELIVERED


def test_a_village_house_counts_households_as_an_interval(commune, device):
    village = VillageFactory(unit=commune, households=60)
    _screen, token = let_in(unit=commune, village=village, footfall_lo=24, footfall_hi=48)
    _office, office = let_in(unit=commune, footfall_lo=500, footfall_hi=900)
    release = put_out(commune, channels=["screens"])
    with time_machine.travel("2027-03-01T02:10:00Z", tick=False):
        Release.objects.filter(pk=release.pk).update(
            window_end_at=timezone.now() + timedelta(days=9)
        )
        device(token, [claim(release)])
        device(office, [claim(release)])
        reach = reach_of(release)
        # One hour of twenty-four: at most 2 of the 48; in fifteen seconds surely nobody.
        assert reach.reached == (0, 2)
        device(token, [claim(release, at=timezone.now() - timedelta(hours=3), ms=3_600_000)])
        assert reach_of(release).reached == (1, 6)
    with time_machine.travel("2027-03-02T02:10:00Z", tick=False):
        device(token, [claim(release)])
        assert reach_of(release).reached == (1, 8)
    methods = {row.method for row in Receipt.objects.filter(delivery__channel="screens")}
    assert methods == {"screen plays × stated footfall", "screen plays: no household claim"}


def test_a_slow_line_of_plays_is_taken_in_pieces(commune, device):
    _screen, token = let_in(unit=commune)
    release = put_out(commune)
    plays = [claim(release) for _ in range(500)]
    assert len(device(token, plays).json()["taken"]) == 500
    assert len(device(token, plays).json()["known"]) == 500


@pytest.mark.parametrize(
    ("forms", "field"),
    [
        (Forms(headline="", short_text="x"), "headline"),
        (Forms(headline="x" * 91, short_text="x"), "headline"),
        (Forms(headline="x"), "short_text"),
        (Forms(headline="x", summary="x" * 221), "short_text"),
    ],
)
def test_a_form_that_does_not_fit_is_told_while_it_is_written(forms, field):
    assert [problem.field for problem in channel("screens").check(forms)] == [field]


def test_a_form_that_fits():
    screens = channel("screens")
    forms = Forms(headline="x" * 90, summary="Tóm tắt ngắn.", picture={"url": "/media/a.jpg"})
    assert screens.check(forms) == []
    preview = screens.preview(forms)
    assert "Tóm tắt ngắn." in preview
    assert "/media/a.jpg" in preview


def test_the_player_page_and_its_worker(client):
    page = client.get("/man-hinh/")
    assert page.status_code == 200
    assert "script-src 'self'" in page["Content-Security-Policy"]
    assert "<script>" not in page.content.decode()
    assert "style=" not in page.content.decode()
    assert "noscript" in page.content.decode()
    worker = client.get("/man-hinh/tho.js")
    assert worker["Content-Type"].startswith("text/javascript")
    assert not page.cookies
    pulse = client.get("/man-hinh/nhip/")
    assert pulse["Cache-Control"] == "public, max-age=1"
    assert pulse.json()["alerts"] == []
