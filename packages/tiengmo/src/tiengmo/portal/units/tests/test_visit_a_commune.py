"""A citizen looks a commune up: whom to ring, when it is open, what its loudspeakers say, where."""

import json
from datetime import datetime, timedelta
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tiengmo.broadcasting.models import PlayoutItem
from tiengmo.broadcasting.tests.factories import EpisodeFactory, ShowFactory
from tiengmo.directory.actions import close_office, confirm_checked
from tiengmo.directory.tests.factories import OfficeFactory, OfficialFactory
from tiengmo.outbox.models import OutboxEntry
from tiengmo.people.tests.factories import UserFactory
from tiengmo.places.tests.factories import UnitFactory, VillageFactory
from tiengmo.portal import queries
from tiengmo.portal.units.outline import outline_of, places_of
from tiengmo.releases.actions import move_delivery
from tiengmo.releases.models import DeliveryStatus
from tiengmo.releases.tests.factories import DeliveryFactory, ReleaseFactory, RenditionFactory
from tiengmo.studio.models import LiveTakeover
from tiengmo.studio.workflow import TakeoverState

pytestmark = pytest.mark.django_db
HERE = ZoneInfo("Asia/Ho_Chi_Minh")
SQUARE = {
    "type": "Polygon",
    "coordinates": [[[103.5, 22.5], [103.7, 22.5], [103.7, 22.7], [103.5, 22.5]]],
}


@pytest.fixture(autouse=True)
def _fresh_facts():
    queries.forget_facts()


@pytest.fixture
def commune():
    village = VillageFactory(name="Thôn Gia Xá")
    unit = village.unit
    unit.name, unit.geometry = "Xã Y Tý", SQUARE
    unit.save()
    return unit


def read(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, address
    assert not answer.cookies
    return answer.content.decode()


def test_home_says_who_leads_and_when_it_is_open(client, commune, time_machine):
    OfficeFactory(unit=commune, name="UBND xã Y Tý", phone="0200 3701 100")
    OfficialFactory(unit=commune, name="Đỗ Văn Thử")
    time_machine.move_to(datetime(2026, 11, 23, 9, 0, tzinfo=HERE))
    page = read(client, f"/xa/{commune.code}/")
    assert "Đang mở cửa, đến 11:30" in page
    assert 'href="tel:02003701100"' in page
    assert "Đỗ Văn Thử" in page
    assert "Thôn Gia Xá" in page
    time_machine.move_to(datetime(2026, 11, 23, 12, 0, tzinfo=HERE))
    assert "Đang nghỉ trưa, mở lại lúc 13:30" in read(client, f"/xa/{commune.code}/")
    time_machine.move_to(datetime(2026, 9, 2, 9, 0, tzinfo=HERE))
    assert "nghỉ lễ" in read(client, f"/xa/{commune.code}/lien-he/")


def test_a_unit_without_anything_has_a_home_too(client, commune):
    for page in ("", "lien-he/", "lich-phat-thanh/", "ban-do/"):
        read(client, f"/xa/{commune.code}/{page}")
        read(client, f"/xa/{commune.parent.code}/{page}")
    assert client.get("/xa/khong-co/").status_code == 404
    assert client.get("/xa/khong-co/lien-he/").status_code == 404
    assert client.get("/xa/khong-co/ban-do.geojson").status_code == 404


def test_contacts_leave_out_what_is_closed_or_over(client, commune):
    editor = UserFactory(editor=commune)
    office = OfficeFactory(unit=commune, name="Trạm cũ")
    OfficialFactory(
        unit=commune, name="Người cũ", valid_to=timezone.localdate() - timedelta(days=1)
    )
    OfficialFactory(
        unit=commune, name="Người tới", valid_from=timezone.localdate() + timedelta(days=1)
    )
    close_office(office, by=editor)
    page = read(client, f"/xa/{commune.code}/lien-he/")
    assert not any(name in page for name in ("Trạm cũ", "Người cũ", "Người tới"))


def test_a_hostile_name_is_only_text(client, commune):
    OfficeFactory(unit=commune, name='<script>alert(1)</script>"', note="<b>x</b>")
    page = read(client, f"/xa/{commune.code}/lien-he/")
    assert "<script>alert" not in page
    assert "<b>x</b>" not in page


def test_a_changed_contact_has_its_pages_fetched_anew(commune, settings):
    settings.NGINX_URLS = ["http://127.0.0.1:1"]
    office = OfficeFactory(unit=commune)
    confirm_checked(office, by=UserFactory(editor=commune))
    purged = {row.payload["path"] for row in OutboxEntry.objects.filter(topic="portal.purge")}
    assert {f"/xa/{commune.code}/", f"/xa/{commune.code}/lien-he/", "/danh-ba/"} <= purged


def test_the_week_of_the_loudspeakers_with_those_above(client, commune):
    start = timezone.now() + timedelta(hours=2)
    own = EpisodeFactory(show=ShowFactory(station=commune, title="Tin xã"), start_at=start)
    EpisodeFactory(show=ShowFactory(station=commune.parent, title="Thời sự huyện"), start_at=start)
    EpisodeFactory(show=ShowFactory(station=UnitFactory(), title="Nơi khác"), start_at=start)
    page = read(client, f"/xa/{commune.code}/lich-phat-thanh/")
    assert "Tin xã" in page
    assert "Thời sự huyện" in page
    assert "Nơi khác" not in page
    own.cancelled_at = timezone.now()
    own.save()
    assert "Tin xã" not in read(client, f"/xa/{commune.code}/lich-phat-thanh/")


def test_a_voice_that_is_live_is_told_where_it_is_heard(client, commune):
    takeover = LiveTakeover.objects.create(
        station=commune,
        areas=[commune.code],
        title="Thông báo mưa lũ",
        by=UserFactory(),
        by_name="Vàng A Páo",
        state=TakeoverState.ON_AIR,
        on_air_at=timezone.now(),
        until_at=timezone.now() + timedelta(minutes=30),
    )
    assert "Thông báo mưa lũ" in read(client, f"/xa/{commune.code}/")
    assert "Thông báo mưa lũ" not in read(client, f"/xa/{UnitFactory().code}/")
    LiveTakeover.objects.filter(pk=takeover.pk).update(state=TakeoverState.ENDED)
    assert "Thông báo mưa lũ" not in read(client, f"/xa/{commune.code}/")


def test_a_bulletin_on_the_air_can_be_heard_on_the_page(client, commune):
    release = ReleaseFactory(released=True, unit=commune, audience=[commune.code])
    RenditionFactory(release=release)
    delivery = DeliveryFactory(release=release, channel="portal", target=release.slug, village=None)
    move_delivery(delivery, DeliveryStatus.DELIVERED)
    PlayoutItem.objects.create(
        station=commune,
        areas=[commune.code],
        title=release.title,
        release=release,
        start_at=timezone.now() - timedelta(seconds=20),
        start_before_at=timezone.now(),
        duration_ms=120_000,
    )
    page = read(client, f"/nghe/{commune.code}/")
    on_air = page[page.index('id="dang-phat"') : page.index('id="nghe-lai"')]
    assert f"/tin/{release.slug}/" in on_air
    assert "<audio" in on_air


@pytest.mark.parametrize("day", ["", "hom-nay", "9999-12-31", "0001-01-01", "2026-13-40"])
def test_days_that_are_none_show_today(client, commune, day):
    assert "Lịch phát thanh" in read(client, f"/xa/{commune.code}/lich-phat-thanh/?tu={day}")


def test_the_map_is_a_drawing_and_its_places_are_data(client, commune):
    office = OfficeFactory(unit=commune, latitude=22.6, longitude=103.6)
    page = read(client, f"/xa/{commune.code}/ban-do/")
    svg = page[page.index("<svg") : page.index("</svg>") + len("</svg>")]
    drawing = ET.fromstring(svg)
    assert len(drawing.findall("path")) == 1
    assert len(drawing.findall("circle")) == 1
    assert drawing.find("rect/title").text == office.name
    assert " style=" not in page
    places = json.loads(read(client, f"/xa/{commune.code}/ban-do.geojson"))
    kinds = sorted(one["properties"]["kind"] for one in places["features"])
    assert kinds == ["office", "unit", "village"]


@pytest.mark.parametrize("geometry", [None, {}, {"type": "Point", "coordinates": [1, 2]}])
def test_a_unit_without_an_outline_is_drawn_from_its_villages(commune, geometry):
    commune.geometry = geometry
    outline = outline_of(commune, places_of(commune))
    assert outline is not None
    assert outline.width > 0
    assert outline.height > 0


def test_nothing_to_draw_is_no_drawing(client):
    unit = UnitFactory()
    assert outline_of(unit, places_of(unit)) is None
    assert "Chưa có dữ liệu bản đồ" in read(client, f"/xa/{unit.code}/ban-do/")


def test_the_directory_of_all_has_the_locality_first(client, commune):
    OfficeFactory(unit=commune.parent, phone="0200 3082 100")
    OfficialFactory(unit=commune, name="Đỗ Văn Thử")
    page = read(client, "/danh-ba/")
    assert page.index("0200 3082 100") < page.index("Đỗ Văn Thử")


def test_full_pages_cost_no_more_queries_than_empty_ones(client, commune):
    addresses = [f"/xa/{commune.code}/{page}" for page in ("", "lien-he/", "ban-do/")] + [
        "/danh-ba/"
    ]

    def cost():
        with CaptureQueriesContext(connection) as captured:
            for address in addresses:
                read(client, address)
        return len(captured)

    OfficeFactory(unit=commune, latitude=22.6, longitude=103.6)
    OfficialFactory(unit=commune)
    cost()
    few = cost()
    OfficeFactory.create_batch(40, unit=commune, latitude=22.6, longitude=103.6)
    OfficialFactory.create_batch(60, unit=commune)
    VillageFactory.create_batch(30, unit=commune)
    UnitFactory.create_batch(40, parent=commune.parent)
    assert cost() <= few
