"""The directory's screens: what an editor, a colleague and a stranger see and do there."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tiengmo.directory.models import Office, Official
from tiengmo.people.tests.factories import UserFactory, sign_in
from tiengmo.places.tests.factories import UnitFactory

from .factories import OfficeFactory, OfficialFactory

pytestmark = pytest.mark.django_db
HOME = "/quan-tri/danh-ba/"


@pytest.fixture
def commune():
    return UnitFactory(in_district=True, name="Xã Y Tý")


def week(**days):
    hours = {f"day_{n}": "7:30-11:30, 13:30-17:00" if n < 5 else "" for n in range(7)}
    return {
        "kind": "committee",
        "name": "UBND xã Y Tý",
        "address": "Thôn Gia Xá",
        "order": "10",
        **hours,
        **days,
    }


def test_an_editor_adds_an_office_with_its_week(client, commune):
    sign_in(client, UserFactory(editor=commune))
    form = client.get(f"{HOME}{commune.code}/co-quan/moi/").content.decode()
    assert "Thứ Hai" in form
    answer = client.post(f"{HOME}{commune.code}/co-quan/moi/", week(day_5="7h30-11h30"))
    assert answer.status_code == 302
    office = Office.objects.get()
    assert office.hours[5] == [["07:30", "11:30"]]
    page = client.get(f"{HOME}{commune.code}/").content.decode()
    assert "Thứ Bảy: 07:30–11:30" in page


def test_hours_nobody_can_read_are_told_beside_their_day(client, commune):
    sign_in(client, UserFactory(editor=commune))
    answer = client.post(f"{HOME}{commune.code}/co-quan/moi/", week(day_0="sáng", day_1="17-7"))
    page = answer.content.decode()
    assert "Hãy ghi như 7:30" in page
    assert "Giờ sau phải muộn hơn giờ trước" in page
    assert not Office.objects.exists()


def test_an_editor_adds_changes_and_ends_an_official(client, commune):
    sign_in(client, UserFactory(editor=commune))
    words = {
        "name": "Phu Gió Xe",
        "position": "Công chức văn hoá",
        "order": "10",
        "valid_from": timezone.localdate().replace(year=2022, day=1).isoformat(),
    }
    client.post(f"{HOME}{commune.code}/can-bo/moi/", words)
    official = Official.objects.get()
    here = f"{HOME}{commune.code}/can-bo/{official.pk}/"
    client.post(here, words | {"phone": "0200 3701 117"})
    official.refresh_from_db()
    assert official.phone == "0200 3701 117"
    client.post(f"{here}thoi/")
    official.refresh_from_db()
    assert official.valid_to is not None
    assert official.phone == ""


def test_a_colleague_reads_and_a_stranger_finds_nothing(client, commune):
    office = OfficeFactory(unit=commune)
    sign_in(client, UserFactory(operator=commune))
    page = client.get(f"{HOME}{commune.code}/").content.decode()
    assert office.name in page
    assert "Thêm nơi làm việc" not in page
    assert client.get(f"{HOME}{commune.code}/co-quan/{office.pk}/").status_code == 302
    client.post(f"{HOME}{commune.code}/co-quan/{office.pk}/ngung/")
    office.refresh_from_db()
    assert office.closed_on is None
    sign_in(client, UserFactory(editor=UnitFactory(parent=commune.parent)))
    assert client.get(f"{HOME}{commune.code}/").status_code == 404
    assert client.post(f"{HOME}{commune.code}/co-quan/{office.pk}/ngung/").status_code == 404


def test_home_lists_what_is_out_of_date_and_takes_a_click(client, commune):
    office = OfficeFactory(unit=commune, forgotten=True)
    elsewhere = OfficeFactory(forgotten=True)
    sign_in(client, UserFactory(editor=commune))
    page = client.get(HOME).content.decode()
    assert office.name in page
    assert elsewhere.name not in page
    client.post(f"{HOME}{commune.code}/co-quan/{office.pk}/con-dung/", {"ve": "danh-ba"})
    office.refresh_from_db()
    assert office.checked_on == timezone.localdate()
    assert "Mọi liên hệ bạn phụ trách" in client.get(HOME).content.decode()


def test_many_units_cost_no_more_queries_than_few(client, commune):
    def populate(number):
        for unit in UnitFactory.create_batch(number, parent=commune.parent):
            OfficeFactory(unit=unit, forgotten=True)
            OfficialFactory(unit=unit)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(HOME).status_code == 200
        return len(captured)

    sign_in(client, UserFactory(editor=commune.parent))
    populate(3)
    client.get(HOME)
    few = queries()
    populate(60)
    assert queries() == few
