"""A technician renames a screen, moves it, states its footfall anew; staff look at what it shows."""

import json
import uuid
from datetime import time, timedelta

import pytest
import time_machine
from django.utils import timezone

from tiengmo.audit.models import AuditEntry
from tiengmo.channels.screens.actions import change_screen, put_up_slide, revoke_screen, screen_of
from tiengmo.channels.screens.errors import ScreenError
from tiengmo.channels.screens.handlers import close
from tiengmo.channels.screens.models import Beat, Card, FormerPlace
from tiengmo.channels.screens.playlists import playlist_of
from tiengmo.channels.screens.rules import focus_of
from tiengmo.channels.screens.tests.factories import let_in
from tiengmo.channels.screens.tests.test_show_and_prove import put_out
from tiengmo.people.errors import NotAllowed
from tiengmo.people.tests.factories import UserFactory, sign_in
from tiengmo.places.tests.factories import UnitFactory, VillageFactory
from tiengmo.releases.models import DeliveryStatus, Receipt, Release

pytestmark = pytest.mark.django_db


@pytest.fixture
def commune():
    return UnitFactory(in_district=True)


@pytest.fixture
def technician(commune):
    return UserFactory(technician=commune)


def change(screen, by, **fields):
    return change_screen(
        screen,
        by=by,
        **{
            "name": screen.name, "unit": screen.unit, "village": screen.village,
            "opens_at": screen.opens_at, "closes_at": screen.closes_at,
            "footfall": (screen.footfall_lo, screen.footfall_hi),
        }
        | fields,
    )  # fmt: skip


def headlines(screen):
    screen.refresh_from_db()
    return [item["headline"] for item in playlist_of(screen)["items"]]


def report(client, token, *plays):
    answer = client.post(
        "/man-hinh/may/bao-cao/",
        json.dumps({"plays": plays, "holds": []}),
        content_type="application/json",
        headers={"Authorization": f"Screen {token}"},
    )
    assert len(answer.json()["taken"]) == len(plays)


def play(release, at, ms=3_600_000):
    return {
        "id": str(uuid.uuid4()), "item": f"r:{release.pk}:vi", "at": at.timestamp() * 1000, "ms": ms
    }  # fmt: skip


def test_a_screen_that_is_moved_shows_what_its_new_place_is_told(commune, technician):
    here, there = VillageFactory(unit=commune), VillageFactory(unit=commune)
    screen, token = let_in(unit=commune, village=here)
    only_here = put_out(commune, audience=[here.code], title="Thôn cũ")
    only_there = put_out(commune, audience=[there.code], title="Thôn mới")
    both = put_out(commune, title="Cả xã")
    assert set(headlines(screen)) == {"Thôn cũ", "Cả xã"}
    before = Beat.objects.get(unit=commune).count
    moved = change(screen, technician, name=" Nhà văn hoá mới ", village=there)
    assert moved.name == "Nhà văn hoá mới"
    assert set(headlines(screen)) == {"Thôn mới", "Cả xã"}
    assert Beat.objects.get(unit=commune).count > before
    assert screen_of(token) == screen  # nobody types a code again
    assert AuditEntry.objects.get(action="screens.changed").detail["village"] == there.code
    # And back: what it left is its own again.
    change(screen, technician, village=here)
    assert set(headlines(screen)) == {"Thôn cũ", "Cả xã"}
    for release in (only_there, both, only_here):
        close({"release": str(release.pk)})
    states = {
        one.title: one.deliveries.get(channel="screens").status for one in Release.objects.all()
    }
    assert states["Thôn mới"] == DeliveryStatus.CANCELLED
    assert states["Cả xã"] == DeliveryStatus.FAILED_PERMANENTLY


@time_machine.travel("2027-03-01T02:30:00Z", tick=False)
def test_plays_from_before_count_where_it_hung_then(client, commune, technician):
    here = VillageFactory(unit=commune, households=60)
    there = VillageFactory(unit=commune, households=60)
    screen, token = let_in(unit=commune, village=here, footfall_lo=24, footfall_hi=48)
    release = put_out(commune)
    start = timezone.now()
    with time_machine.travel(start + timedelta(hours=2), tick=False):
        change(screen, technician, village=there)
    with time_machine.travel(start + timedelta(hours=6), tick=False):
        report(
            client, token, play(release, start), play(release, start + timedelta(hours=4)),
            play(release, start + timedelta(minutes=1)),
        )  # fmt: skip
    rows = Receipt.objects.filter(delivery__channel="screens")
    claims = dict(rows.values_list("village__code", "households_hi"))
    # Two of twenty-four hours in each place.
    assert claims == {here.code: 4, there.code: 4}
    # The footfall is stated anew: what was shown until then keeps the old one.
    with time_machine.travel(start + timedelta(hours=7), tick=False):
        change(screen, technician, village=there, footfall=(0, 240))
        assert FormerPlace.objects.count() == 2
        change(screen, technician, village=there, footfall=(0, 240))
        assert FormerPlace.objects.count() == 2  # nothing was changed
    with time_machine.travel(start + timedelta(hours=9), tick=False):
        report(client, token, play(release, start + timedelta(hours=8)))
    most = Receipt.objects.filter(village=there).order_by("-households_hi").first()
    assert most.households_hi == 4 + 20


def test_only_a_technician_of_both_places_moves_it(commune, technician):
    screen, _token = let_in(unit=commune)
    other = UnitFactory(in_district=True)
    with pytest.raises(NotAllowed):
        change(screen, technician, unit=other)
    with pytest.raises(NotAllowed):
        change(screen, UserFactory(technician=other), unit=other)
    with pytest.raises(NotAllowed):
        change(screen, UserFactory(editor=commune), name="X")
    for wrong in ({"name": " "}, {"footfall": (5, 4)}, {"village": VillageFactory()}):
        with pytest.raises(ScreenError):
            change(screen, technician, **wrong)
    revoke_screen(screen, by=technician, reason="Hỏng")
    with pytest.raises(ScreenError):
        change(screen, technician, name="X")


def test_the_page_moves_it(client, commune, technician):
    village = VillageFactory(unit=commune)
    screen, _token = let_in(unit=commune)
    address = f"/quan-tri/man-hinh/{screen.pk}/"
    sign_in(client, technician)
    assert f"{address}sua/" in client.get(address).content.decode()
    sent = {
        "name": "Nhà văn hoá", "unit": commune.pk, "village": village.pk, "opens_at": "05:30",
        "closes_at": "21:00", "footfall_lo": 9, "footfall_hi": 3,
    }  # fmt: skip
    assert "số ít nhất không" in client.post(f"{address}sua/", sent).content.decode()
    assert client.post(f"{address}sua/", sent | {"footfall_hi": 30}).status_code == 302
    screen.refresh_from_db()
    assert (screen.village, screen.opens_at, screen.footfall_hi) == (village, time(5, 30), 30)
    sign_in(client, UserFactory(technician=True))
    assert client.get(f"{address}sua/").status_code == 404
    assert client.get(f"{address}xem-truoc/").status_code == 404


@time_machine.travel("2027-03-01T02:30:00Z", tick=False)  # Monday, half past nine
def test_staff_see_what_it_shows_at_an_hour(client, commune, technician):
    screen, _token = let_in(unit=commune)
    screen.opens_at, screen.closes_at = time(6), time(22)
    screen.save()
    put_out(commune, title="Họp dân")
    put_up_slide(
        unit=commune, by=UserFactory(approver=commune), kind="card", title="Tiếp dân",
        text="", areas=[commune.code], from_on=timezone.localdate(),
        until_on=timezone.localdate() + timedelta(days=9), weekdays=[3],
        hours=(time(7), time(11, 30)),
    )  # fmt: skip
    sign_in(client, technician)
    address = f"/quan-tri/man-hinh/{screen.pk}/xem-truoc/"

    def shown(at=None, shape="ngang"):
        page = client.get(address, {"at": at, "shape": shape} if at else {})
        return page.content.decode(), [one.forms.headline for one in page.context["faces"]]

    assert shown()[1] == ["Họp dân"]
    assert shown("2027-03-04T08:00")[1] == ["Tiếp dân"]  # the bulletin's time is over by then
    assert shown("2027-03-04T11:30")[1] == []
    page, faces = shown("2027-03-04T23:00", "dung")
    assert faces == []
    assert "nền đen" in page
    assert "mh-stage--upright" in shown("2027-03-04T08:00", "dung")[0]
    assert "Chỉ xem trước từ bây giờ" in shown("2027-02-01T08:00")[0]
    assert "Xa quá" in shown("2099-02-01T08:00")[0]


def test_a_picture_keeps_its_focal_point(commune):
    screen, _token = let_in(unit=commune)
    release = put_out(commune)
    Card.objects.filter(release=release).update(
        picture_sha256="0" * 64, picture_focus=focus_of([0.2, 0.75])
    )
    (item,) = playlist_of(screen)["items"]
    assert item["picture"]["focus"] == [0.2, 0.75]


@pytest.mark.parametrize("wrong", [None, [], [2, 0], ["a", 0], [0.1], "0.5 0.5", [True, None]])
def test_a_focal_point_that_is_none_is_the_middle(wrong):
    assert focus_of(wrong) == [0.5, 0.5]
