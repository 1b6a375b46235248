"""An office shows something of its own: where, on which days and hours."""

from datetime import time, timedelta
from io import BytesIO

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from tiengmo.channels.screens.actions import end_slide, put_up_slide
from tiengmo.channels.screens.errors import ScreenError
from tiengmo.channels.screens.models import Beat, Slide
from tiengmo.channels.screens.playlists import playlist_of
from tiengmo.channels.screens.tests.factories import let_in
from tiengmo.people.errors import NotAllowed
from tiengmo.people.tests.factories import UserFactory, sign_in
from tiengmo.places.tests.factories import UnitFactory, VillageFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def commune():
    return UnitFactory(in_district=True)


@pytest.fixture
def approver(commune):
    return UserFactory(approver=commune)


def put_up(unit, by, **fields):
    today = timezone.localdate()
    return put_up_slide(
        **{
            "unit": unit, "by": by, "kind": "card", "title": "Lịch tiếp dân",
            "text": "Sáng thứ năm", "areas": [unit.code], "from_on": today, "until_on": today,
        }
        | fields
    )  # fmt: skip


def titles(screen):
    return [item["headline"] for item in playlist_of(screen)["items"]]


def test_it_stands_on_the_screens_of_its_place_on_its_days_and_hours(commune, approver):
    village = VillageFactory(unit=commune)
    office, _ = let_in(unit=commune)
    house, _ = let_in(unit=commune, village=village)
    elsewhere, _ = let_in()
    put_up(commune, approver, weekdays=[3, 3, 0], hours=(time(7), time(11, 30)))
    (item,) = playlist_of(office)["items"]
    assert item["weekdays"] == [0, 3]
    assert item["hours"] == ["07:00", "11:30"]
    assert item["until"] - item["from"] == 86_400_000
    assert titles(house) == ["Lịch tiếp dân"]
    assert titles(elsewhere) == []
    assert Beat.objects.get(unit=commune).count == 1
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        assert titles(office) == []


def test_a_village_s_own_page_is_not_shown_in_the_next_village(commune, approver):
    here, there = VillageFactory(unit=commune), VillageFactory(unit=commune)
    own, _ = let_in(unit=commune, village=here)
    other, _ = let_in(unit=commune, village=there)
    put_up(commune, approver, areas=[here.code], kind="ticker", title="", text="Họp tối nay")
    assert [line["text"] for line in playlist_of(own)["ticker"]] == ["Họp tối nay"]
    assert playlist_of(other)["ticker"] == []


def test_it_is_taken_down_at_once(commune, approver):
    screen, _ = let_in(unit=commune)
    slide = put_up(commune, approver)
    end_slide(slide, by=approver)
    end_slide(slide, by=approver)
    assert titles(screen) == []
    assert Beat.objects.get(unit=commune).count == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"title": "x" * 91},
        {"text": "x" * 281},
        {"kind": "ticker", "text": ""},
        {"kind": "ticker", "text": "x" * 201},
        {"areas": []},
        {"areas": ["no such"]},
        {"seconds": 4},
        {"picture_sha256": "0" * 64},
    ],
)
def test_what_does_not_fit_is_said(commune, approver, wrong):
    with pytest.raises(ScreenError):
        put_up(commune, approver, **wrong)


def test_days_must_be_days_to_come(commune, approver):
    today = timezone.localdate()
    for days in [(today, today - timedelta(1)), (today - timedelta(9), today - timedelta(1))]:
        with pytest.raises(ScreenError):
            put_up(commune, approver, from_on=days[0], until_on=days[1])


def test_nobody_shows_anything_outside_their_unit(commune, approver):
    other = UnitFactory(in_district=True)
    with pytest.raises(ScreenError):
        put_up(commune, approver, areas=[other.code])
    with pytest.raises(NotAllowed):
        put_up(other, approver)
    for colleague in (UserFactory(editor=commune), UserFactory(technician=commune)):
        with pytest.raises(NotAllowed):
            put_up(commune, colleague)
    slide = put_up(commune, approver)
    with pytest.raises(NotAllowed):
        end_slide(slide, by=UserFactory(approver=True))


def picture():
    written = BytesIO()
    Image.new("RGB", (3000, 2000), "navy").save(written, "JPEG")
    return SimpleUploadedFile("anh.jpg", written.getvalue(), "image/jpeg")


def test_the_page_puts_it_up_with_a_picture_that_goes_when_it_goes(client, commune, approver):
    screen, _ = let_in(unit=commune, village=VillageFactory(unit=commune))
    sign_in(client, approver)
    today = timezone.localdate().isoformat()
    sent = {
        "kind": "card", "unit": commune.pk, "title": "Lịch tiếp dân", "text": "Sáng thứ năm",
        "areas": [commune.code], "from_on": today, "until_on": today, "seconds": "12",
        "weekdays": ["3"], "hour_from": "07:00", "hour_to": "", "picture": picture(),
        "picture_alt": "Trụ sở xã",
    }  # fmt: skip
    page = client.post("/quan-tri/man-hinh/trang/them/", sent)
    assert "Hãy điền cả hai giờ" in page.content.decode()
    answer = client.post(
        "/quan-tri/man-hinh/trang/them/", sent | {"hour_to": "11:30", "picture": picture()}
    )
    assert answer.status_code == 302, answer.content.decode()[:2000]
    slide = Slide.objects.get()
    (item,) = playlist_of(screen)["items"]
    address = item["picture"]["url"]
    shown = client.get(address)
    assert shown["Content-Type"] == "image/webp"
    with Image.open(BytesIO(b"".join(shown.streaming_content))) as kept:
        assert kept.size == (1280, 853)
    assert "Lịch tiếp dân" in client.get("/quan-tri/man-hinh/trang/").content.decode()
    client.post(f"/quan-tri/man-hinh/trang/{slide.pk}/go/")
    assert client.get(address).status_code == 404
    assert client.get("/man-hinh/anh/" + "0" * 64 + ".webp").status_code == 404
