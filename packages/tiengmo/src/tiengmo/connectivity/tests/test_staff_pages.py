"""What a technician, a colleague and a stranger see and do on the pages."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tiengmo.audit import SYSTEM
from tiengmo.connectivity.actions import state_one
from tiengmo.connectivity.models import DeadZone, Mast, VillageFigure
from tiengmo.connectivity.out_of_date import ending_licences
from tiengmo.connectivity.tables import KINDS, kind_of
from tiengmo.directory.tests.factories import OfficeFactory
from tiengmo.people.tests.factories import UserFactory, sign_in
from tiengmo.places.tests.factories import UnitFactory, VillageFactory

pytestmark = pytest.mark.django_db

SQUARE = {
    "type": "Polygon",
    "coordinates": [[[103.6, 22.5], [103.8, 22.5], [103.8, 22.7], [103.6, 22.7], [103.6, 22.5]]],
}


@pytest.fixture
def village():
    unit = UnitFactory(in_district=True, geometry=SQUARE)
    return VillageFactory(unit=unit, name="Thôn Khe Sâu")


@pytest.fixture
def technician(client, village):
    user = UserFactory(technician=village.unit)
    sign_in(client, user)
    return user


def mast(village, **changes):
    row = {
        "operator": "viettel", "code": "T1", "technologies": "2G 4G", "latitude": "22.61",
        "longitude": "103.71", "unit_code": village.unit.code, "since": "2024-01-01",
    }  # fmt: skip
    return row | changes


def test_the_overview_shows_masts_zones_and_the_map(client, technician, village):
    state_one(kind_of("tram"), mast(village), by=SYSTEM)
    state_one(
        kind_of("vung-lom"),
        {
            "village_code": village.code,
            "operator": "viettel",
            "level": "whole",
            "since": "2024-05-01",
        },
        by=SYSTEM,
    )
    body = client.get(reverse("connectivity_home")).content.decode()

    assert "kn-dot--mast" in body
    assert "kn-dot--cut-off" in body
    assert "Thôn Khe Sâu" in body
    earlier = client.get(reverse("connectivity_home"), {"ngay": "2024-02-01"}).content.decode()
    assert 'class="kn-dot--cut-off" transform' not in earlier
    assert client.get(reverse("connectivity_home"), {"ngay": "hôm qua"}).status_code == 200


def test_a_row_is_entered_and_what_is_wrong_is_told_beside_its_field(client, technician, village):
    url = reverse("connectivity_enter", args=["tram"])
    assert client.get(url).status_code == 200
    words = mast(village) | {"technologies": ["2G", "4G"]}
    bad = client.post(url, words | {"latitude": "222.6"})
    assert "ngoài khoảng" in bad.content.decode()
    assert not Mast.objects.exists()

    assert client.post(url, words).status_code == 302
    assert Mast.objects.get().author_name == str(technician)
    again = client.get(url, {"muc": Mast.objects.get().pk}).content.decode()
    assert 'value="T1"' in again
    assert client.get(url, {"muc": "999999999999999999999"}).status_code == 200


def test_every_table_has_its_page_its_form_and_its_file(client, technician, village):
    OfficeFactory(unit=village.unit, name="UBND xã Khe")
    for kind in KINDS:
        url = reverse("connectivity_table", args=[kind.code])
        assert client.get(url).status_code == 200
        assert client.get(url, {"lich-su": "1"}).status_code == 200
        assert client.get(reverse("connectivity_enter", args=[kind.code])).status_code == 200
        given = client.get(url, {"dinh-dang": "csv"})
        assert given.content.decode("utf-8-sig").startswith(str(kind.columns[0].label))
    assert client.get(reverse("connectivity_table", args=["la"])).status_code == 404


def test_a_file_is_tried_then_loaded(client, technician, village):
    url = reverse("connectivity_load")
    raw = f"mã thôn;điện thoại thông minh;từ ngày\n{village.code};40;01/01/2025\n".encode()

    def send(raw, **also):
        file = SimpleUploadedFile("thôn.csv", raw)
        return client.post(url, {"kind": "thon", "file": file, **also})

    tried = send(raw, thu="1").content.decode()
    assert "1 số liệu mới" in tried
    assert not VillageFigure.objects.exists()
    refused = send(raw.replace(b";40;", b";muoi;"))
    assert "dòng 2" in refused.content.decode()
    assert send(raw).status_code == 302
    assert VillageFigure.objects.get().value == 40


def test_a_wrong_figure_is_taken_back_and_stays_in_the_history(client, technician, village):
    state_one(
        kind_of("vung-lom"),
        {"village_code": village.code, "operator": "mobi", "level": "whole", "since": "2024-05-01"},
        by=SYSTEM,
    )
    row = DeadZone.objects.get()
    client.post(reverse("connectivity_retract", args=["vung-lom", row.pk]))
    row.refresh_from_db()
    assert row.replaced_at is not None
    url = reverse("connectivity_table", args=["vung-lom"])
    assert "MobiFone" not in client.get(url).content.decode()
    assert "kn-gone" in client.get(url, {"lich-su": "1"}).content.decode()


def test_colleagues_read_and_strangers_do_not(client, village):
    state_one(kind_of("tram"), mast(village, code="BIMAT1"), by=SYSTEM)
    sign_in(client, UserFactory(approver=village.unit))
    assert "BIMAT1" in client.get(reverse("connectivity_table", args=["tram"])).content.decode()
    for name, args in (("connectivity_load", []), ("connectivity_enter", ["tram"])):
        assert client.get(reverse(name, args=args)).status_code == 302
    pk = Mast.objects.get().pk
    client.post(reverse("connectivity_retract", args=["tram", pk]))
    assert Mast.objects.get().replaced_at is None

    sign_in(client, UserFactory(technician=VillageFactory().unit))
    other = client.get(reverse("connectivity_table", args=["tram"]), {"don_vi": village.unit.code})
    assert "BIMAT1" not in other.content.decode()
    sign_in(client, UserFactory(editor=village.unit))
    assert client.get(reverse("connectivity_home")).status_code == 302


def test_licences_that_end_are_listed_for_upkeep():
    office = OfficeFactory()
    row = {
        "unit_code": office.unit.code, "office": office.name, "kind": "antivirus", "machines": "5",
        "since": "2024-01-01",
    }  # fmt: skip
    today = timezone.localdate()
    for product, days in (("Đã hết", -3), ("Sắp hết", 20), ("Còn lâu", 200)):
        until = f"{today + dt.timedelta(days=days):%Y-%m-%d}"
        words = row | {"product": product, "licensed_until": until}
        state_one(kind_of("phan-mem"), words, by=SYSTEM)

    found = list(ending_licences({office.unit_id}))

    assert [one.title.split(": ")[1] for one in found] == ["Đã hết", "Sắp hết"]
    assert not list(ending_licences({UnitFactory().pk}))


def test_a_page_of_a_long_history_reads_only_its_own_rows(client, technician, village):
    VillageFigure.objects.bulk_create(
        VillageFigure(
            village=village, measure="mobile_subscribers", value=n, since=dt.date(2020, 1, 1),
            replaced_at=timezone.now(), author_id="1", author_name="x",
        )
        for n in range(120)
    )  # fmt: skip
    with CaptureQueriesContext(connection) as asked:
        page = client.get(reverse("connectivity_table", args=["thon"]), {"lich-su": "1"})
    assert page.status_code == 200
    assert page.context["found"].paginator.num_pages == 3
    of_figures = [one["sql"] for one in asked if 'FROM "connectivity_villagefigure"' in one["sql"]]
    assert of_figures
    assert all("LIMIT" in sql or "COUNT(" in sql for sql in of_figures)
    given = client.get(
        reverse("connectivity_table", args=["thon"]), {"lich-su": "1", "dinh-dang": "csv"}
    )
    assert len(given.content.decode().strip().splitlines()) == 1
