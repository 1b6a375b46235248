"""Over a quarter: who is missed again and again, what one more would add, and the leader's page."""

import io
import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from pypdf import PdfReader

from tiengmo.audit import SYSTEM
from tiengmo.people.tests.factories import UserFactory, sign_in
from tiengmo.places.actions import edit_village
from tiengmo.places.tests.factories import UnitFactory, VillageFactory
from tiengmo.reach.actions import assign, report_assignment
from tiengmo.reach.models import Act, Goal, Recount
from tiengmo.reach.over_time import sites
from tiengmo.reach.over_time.report import report_of
from tiengmo.reach.over_time.stretch import stretch_of
from tiengmo.reach.over_time.tallies import recount, table, uncounted
from tiengmo.reach.queries import reach_of
from tiengmo.releases.actions import record_receipt, retract_receipts
from tiengmo.releases.models import Delivery, DeliveryStatus
from tiengmo.releases.tests.factories import DeliveryFactory, ReleaseFactory, RenditionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(settings):
    settings.IS_DEMO = True
    top = UnitFactory(top=True, name="Huyện Thử")
    commune = UnitFactory(parent=top, name="Xã A Lù")
    near = {"latitude": 22.60, "longitude": 103.70}
    villages = {
        "heard": VillageFactory(unit=commune, households=100, **near),
        "missed": VillageFactory(unit=commune, households=60, latitude=22.62, longitude=103.70),
        "hollow": VillageFactory(
            unit=commune, households=80, latitude=22.80, longitude=103.70, is_dead_zone=True
        ),
        "hmong": VillageFactory(
            unit=commune, households=40, languages=["hmn"], latitude=22.63, longitude=103.70
        ),
    }
    return top, commune, villages


def today():
    return timezone.localdate()


def play(delivery, lo, hi, language="vi"):
    Delivery.objects.filter(pk=delivery.pk).update(status=DeliveryStatus.DELIVERED)
    record_receipt(
        delivery,
        key=uuid.uuid4().hex,
        kind="played",
        at=timezone.now(),
        method="within range of proven sound",
        village=delivery.village,
        language=language,
        households=(lo, hi),
    )


@pytest.fixture
def releases(place):
    top, _commune, villages = place
    made = []
    for _n in range(3):
        release = ReleaseFactory(unit=top, released=True)
        RenditionFactory(release=release)
        play(DeliveryFactory(release=release, village=villages["heard"]), 50, 70)
        play(DeliveryFactory(release=release, village=villages["hmong"]), 30, 40)
        made.append(release)
    return made


def test_a_tally_says_what_the_release_says(place, releases):
    assert recount(seconds=60) == 0
    for release in releases:
        reach = reach_of(release)
        rows = {row[0]: tuple(row[1:5]) for row in table(release.tally).tolist()}
        assert rows == {v.pk: (*v.reached, *v.in_first_language) for v in reach.villages}
    assert not Recount.objects.exists()
    assert not uncounted().exists()


def test_what_comes_in_has_only_its_own_release_counted_again(place, releases):
    _top, _commune, villages = place
    recount(seconds=60)
    play(DeliveryFactory(release=releases[0], village=villages["missed"]), 20, 30)
    assert list(uncounted()) == [releases[0]]
    found = stretch_of(releases[0].unit, today(), today())
    missed = next(one for one in found.villages if one.village == villages["missed"])
    assert (missed.owed, missed.missed, missed.reached_once) == (3, 2, (20, 30))
    assert found.uncounted == 0


def test_a_receipt_that_somebody_takes_back_is_counted_no_more(place, releases):
    _top, _commune, villages = place
    sheets = DeliveryFactory(release=releases[0], village=villages["missed"], channel="printed")
    play(sheets, 20, 30)
    recount(seconds=60)
    retract_receipts(sheets, keep=[])
    assert list(uncounted()) == [releases[0]]
    found = stretch_of(releases[0].unit, today(), today())
    missed = next(one for one in found.villages if one.village == villages["missed"])
    assert (missed.missed, missed.reached_once) == (3, (0, 0))
    # A release that goes altogether takes its receipts along.
    releases[0].delete()
    assert not uncounted().exists()


def test_a_corrected_village_has_old_bulletins_counted_again(place, releases):
    _top, _commune, villages = place
    recount(seconds=60)
    # That it speaks Vietnamese first is set right: it heard its own language after all.
    edit_village(
        villages["hmong"],
        by=SYSTEM,
        households=40,
        population=160,
        languages=["vi"],
        is_dead_zone=False,
    )
    assert set(uncounted()) == set(releases)
    found = stretch_of(releases[0].unit, today(), today())
    hmong = next(one for one in found.villages if one.village == villages["hmong"])
    assert hmong.in_another_language == 0


def test_no_time_left_leaves_the_count_to_the_worker_and_says_so(place, releases, monkeypatch):
    monkeypatch.setattr("tiengmo.reach.over_time.stretch.PATIENCE_SECONDS", -1)
    found = stretch_of(releases[0].unit, today(), today())
    assert (found.uncounted, found.releases) == (3, [])


def test_over_the_quarter(place, releases):
    top, _commune, villages = place
    found = stretch_of(top, today(), today())
    assert len(found.releases) == 3
    assert found.households == 280
    assert found.owed == 3 * 280
    assert found.reached == (3 * 80, 3 * 110)
    # Once: the largest least, the sum of the most, never above the village.
    assert found.reached_once == (50 + 30, 100 + 40)
    assert found.cells == (6, 12)
    again = [one.village for one in found.missed_again_and_again]
    assert again == [villages["hollow"], villages["missed"]]
    assert {one.reason for one in found.missed_again_and_again} == {"cut_off", "no_box"}
    hmong = next(one for one in found.villages if one.village == villages["hmong"])
    assert hmong.in_another_language == 3
    assert not stretch_of(top, today() - timedelta(9), today() - timedelta(9)).releases
    assert not stretch_of(UnitFactory(top=True), today(), today()).releases


def test_what_waits_is_not_missed(place, releases):
    top, _commune, villages = place
    DeliveryFactory(release=releases[0], village=villages["missed"], status=DeliveryStatus.SENDING)
    Recount.objects.create(release=releases[0])
    found = stretch_of(top, today(), today())
    missed = next(one for one in found.villages if one.village == villages["missed"])
    assert (missed.owed, missed.missed) == (2, 2)


def test_one_more_loudspeaker_and_one_more_team(place, releases):
    top, _commune, villages = place
    found = stretch_of(top, today(), today())
    horn = sites.loudspeakers(found, sites=3, km=1)
    # Three bulletins: 60 households missed each; of 100 surely 50 heard, and of 40 surely 30. Not
    # the dead zone.
    assert [(site.village.village, site.gain) for site in horn.sites] == [
        (villages["missed"], 180), (villages["heard"], 150), (villages["hmong"], 30),
    ]  # fmt: skip
    assert horn.worth == 360
    team = sites.teams(found, sites=1, km=5)
    # 50, 60 and 40 households near each other: Hmông was never spoken. The dead zone alone is 80.
    assert (team.gain, team.worth) == (450, 690)
    assert {one.village for one in team.sites[0].villages} == {
        villages["heard"], villages["missed"], villages["hmong"],
    }  # fmt: skip


def test_work_and_targets(place, releases):
    top, commune, villages = place
    approver = UserFactory(approver=top, is_demo_account=True)
    visit = {"act": Act.VISIT, "by": approver, "due_on": today()}
    done = assign(releases[0], villages["missed"], **visit)
    late = assign(releases[0], villages["hollow"], **visit)
    type(late).objects.filter(pk=late.pk).update(due_on=today() - timedelta(1))
    report_assignment(
        done, by=approver, receipt_id=uuid.uuid4(), on=today(), households=9, language="vi"
    )
    Goal.objects.create(unit=top, villages_percent=50, on_time_percent=90, set_by_name="x")
    report = report_of(top, today(), today())
    work = report.work
    assert (work.given, work.open, work.overdue, work.done) == (2, 1, 1, 1)
    assert (work.in_time, work.households, work.on_time_percent) == (1, 9, 50)
    assert report.targets == [("villages", 50, 58, True), ("on_time", 90, 50, False)]
    (bar,) = report.bars
    assert (bar.unit, bar.reached, bar.again_and_again) == (commune, (249, 339), 2)
    assert report.map is not None
    assert {dot.state for dot in report.map.dots} == {"often", "missed"}


def test_a_leader_reads_prints_and_takes_the_figures(client, place, releases):
    top, _commune, _villages = place
    type(releases[0]).objects.filter(pk=releases[0].pk).update(title="=1+1")
    sign_in(client, UserFactory(approver=top, is_demo_account=True))
    client.post(
        reverse("reach_goal"),
        {"unit": top.code, "villages_percent": "95", "on_time_percent": "80"},
    )
    html = client.get(reverse("reach_leader")).content.decode()
    assert "80–140" in html
    assert "chưa đạt" in html
    assert "<svg" in html
    pdf = client.get(reverse("reach_pdf"))
    assert pdf["Content-Type"] == "application/pdf"
    reader = PdfReader(io.BytesIO(pdf.content))
    assert len(reader.pages) == 1
    assert "Huyện Thử" in reader.pages[0].extract_text()
    book = load_workbook(io.BytesIO(client.get(reverse("reach_xlsx")).content))
    assert book.sheetnames == ["Tổng hợp", "Bản tin", "Thôn", "Việc"]
    titles = {row[0].value: row[0].data_type for row in book["Bản tin"].iter_rows(min_row=2)}
    assert titles["=1+1"] == "s"
    assert book["Thôn"].max_row == 5
    again = client.get(reverse("reach_again"), {"to": "1", "to_km": "5"}).content.decode()
    assert "thêm nhiều nhất 450 lượt hộ" in again
    assert "100%" in again
    # Nonsense in the address shows the usual and says what is wrong.
    odd = client.get(reverse("reach_leader"), {"tu": "2026-13-99", "den": "x", "don-vi": "?"})
    assert odd.status_code == 200


def test_somebody_from_elsewhere_reads_only_their_own_unit(client, place, releases):
    top, _commune, _villages = place
    elsewhere = UnitFactory(top=True, name="Huyện Khác")
    sign_in(client, UserFactory(approver=elsewhere, is_demo_account=True))
    html = client.get(reverse("reach_leader"), {"don-vi": top.code}).content.decode()
    assert "Huyện Thử" not in html
    wrong = {"unit": top.code, "villages_percent": "1", "on_time_percent": "1"}
    assert client.post(reverse("reach_goal"), wrong).status_code == 404
    assert not Goal.objects.exists()
