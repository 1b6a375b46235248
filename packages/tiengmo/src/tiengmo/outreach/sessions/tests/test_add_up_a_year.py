"""A unit's people see its sessions, what they add up to, and how far the year's target is."""

import csv
import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tiengmo.outreach.sessions.actions import set_target
from tiengmo.outreach.sessions.errors import SessionError
from tiengmo.outreach.sessions.models import YearTarget
from tiengmo.outreach.sessions.queries import by_kind, by_topic, of_year, sessions_for, targets_of
from tiengmo.outreach.sessions.tests.factories import SessionFactory
from tiengmo.outreach.tests.factories import TopicFactory
from tiengmo.people.errors import NotAllowed
from tiengmo.people.tests.factories import UserFactory, sign_in
from tiengmo.places.tests.factories import UnitFactory, VillageFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def village():
    return VillageFactory()


@pytest.fixture
def editor(village):
    return UserFactory(editor=village.unit)


def this_year():
    return timezone.localdate().year


def test_sessions_of_the_year_against_the_target(village, editor):
    approver = UserFactory(approver=village.unit)
    land, health = TopicFactory(name="Đất đai"), TopicFactory(name="Y tế")
    for topic in (land, land, health):
        SessionFactory(village=village, kind="mobile", topic=topic, questions=4, headcount=20)
    SessionFactory(village=village, kind="team", topic=land, opinions=3)
    SessionFactory(village=village, kind="mobile", withdrawn_at=timezone.now())
    SessionFactory(village=village, held_at=timezone.now() - timedelta(days=400))
    SessionFactory(kind="mobile")  # another commune's
    set_target(village.unit, kind="mobile", year=this_year(), sessions=90, by=approver)
    rows = of_year(sessions_for(editor), this_year())
    kinds = {row.label: row for row in by_kind(rows, targets_of(village.unit, this_year()))}
    mobile = kinds["Đội tuyên truyền lưu động"]
    assert (mobile.sessions, mobile.people, mobile.questions) == (3, 60, 12)
    assert (mobile.target, mobile.part) == (90, 3)
    first, second = by_topic(rows)
    assert (first.label, first.sessions, first.questions, first.opinions) == ("Đất đai", 3, 8, 3)
    assert second.label == "Y tế"


def test_a_target_is_set_by_who_approves_and_taken_away_by_nought(village, editor):
    approver = UserFactory(approver=village.unit)
    year = this_year()
    with pytest.raises(NotAllowed):
        set_target(village.unit, kind="mobile", year=year, sessions=90, by=editor)
    with pytest.raises(SessionError):
        set_target(village.unit, kind="mobile", year=year, sessions=-1, by=approver)
    set_target(village.unit, kind="mobile", year=year, sessions=90, by=approver)
    set_target(village.unit, kind="mobile", year=year, sessions=80, by=approver)
    assert YearTarget.objects.get().sessions == 80
    set_target(village.unit, kind="mobile", year=year, sessions=0, by=approver)
    assert not YearTarget.objects.exists()


def test_the_page_shows_ones_own_units_and_gives_them_as_a_table(client, village, editor):
    SessionFactory(village=village, subject="=HYPERLINK(1)", questions=7)
    other = SessionFactory()
    page = sign_in(client, editor).get(reverse("outreach_sessions"))
    text = page.content.decode()
    assert village.name in text
    assert other.village.name not in text
    answer = client.get(reverse("outreach_sessions"), {"dinh-dang": "csv"})
    head, row = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    told = dict(zip(head, row, strict=True))
    assert told["Thôn"] == village.name
    assert told["Số câu hỏi"] == "7"
    assert told["Nội dung"] == "'=HYPERLINK(1)"
    # Asked for another's unit, one's own stands there.
    page = client.get(reverse("outreach_sessions"), {"don_vi": other.village.unit.code})
    assert other.village.name not in page.content.decode()


def test_the_target_is_set_on_the_page(client, village):
    approver = UserFactory(approver=village.unit)
    phone = sign_in(client, approver)
    address = reverse("outreach_session_target")
    fields = {"don_vi": village.unit.code, "nam": this_year(), "loai": "mobile", "so_buoi": "90"}
    phone.post(address, fields)
    assert YearTarget.objects.get().sessions == 90
    page = phone.get(reverse("outreach_sessions")).content.decode()
    assert "90" in page
    phone.post(address, fields | {"so_buoi": "chín mươi"})
    assert YearTarget.objects.get().sessions == 90


def test_whoever_only_goes_out_is_led_to_the_phones_page(client, village):
    phone = sign_in(client, UserFactory(propagandist=village.unit))
    answer = phone.get(reverse("outreach_sessions"))
    assert answer.url == reverse("outreach_phone")
    assert reverse("outreach_sessions") in phone.get("/quan-tri/").content.decode()
    stranger = sign_in(type(client)(), UserFactory(technician=UnitFactory()))
    assert stranger.get(reverse("outreach_sessions")).status_code == 302
