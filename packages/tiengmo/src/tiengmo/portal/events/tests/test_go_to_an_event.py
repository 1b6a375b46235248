"""A citizen finds an event, puts it into their calendar, and reads what came of it."""

from datetime import timedelta

import pytest
from django.utils import timezone
from icalendar import Calendar

from tiengmo.outreach.actions.gatherings import cancel_event, publish_minutes, save_event
from tiengmo.outreach.tests.factories import EventFactory
from tiengmo.people.tests.factories import UserFactory
from tiengmo.places.tests.factories import UnitFactory
from tiengmo.portal import queries

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_facts():
    queries.forget_facts()


@pytest.fixture
def commune():
    return UnitFactory(in_district=True)


def calendar(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/calendar")
    lines = answer.content.split(b"\r\n")
    assert max(map(len, lines)) <= 75  # RFC 5545, 3.1
    return Calendar.from_ical(answer.content).walk("VEVENT")


def test_to_come_and_over_and_never_a_draft(client, commune):
    coming = EventFactory(unit=commune, published=True)
    over = EventFactory(unit=commune, published=True, past=True)
    draft = EventFactory(unit=commune)
    page = client.get("/su-kien/").content.decode()
    assert coming.title in page
    assert over.title not in page
    assert over.title in client.get("/su-kien/da-qua/").content.decode()
    for address in ("/su-kien/", "/su-kien/da-qua/"):
        assert draft.title not in client.get(address).content.decode()
    assert client.get(draft.url).status_code == 404
    assert client.get(f"{draft.url}lich.ics").status_code == 404
    assert client.get(f"/su-kien/?don-vi={commune.code}").status_code == 200
    assert client.get("/su-kien/?don-vi=khong-co").status_code == 404


def test_a_calendar_follows_changes_and_cancelling(client, commune):
    approver = UserFactory(approver=commune, editor=commune)
    event = EventFactory(
        unit=commune,
        published=True,
        title="Đối thoại, về đất; nước\\ " + "dài " * 30,
        latitude=22.6,
        longitude=103.6,
    )
    (entry,) = calendar(client, f"{event.url}lich.ics")
    assert str(entry["SUMMARY"]) == event.title
    assert entry["DTSTART"].dt == event.start_at.replace(microsecond=0)
    assert (int(entry["SEQUENCE"]), str(entry["STATUS"])) == (0, "CONFIRMED")
    uid = str(entry["UID"])
    event.place = "Sân vận động"
    event = save_event(event, by=approver)
    cancel_event(event, by=approver, reason="Mưa lũ")
    (entry,) = calendar(client, "/su-kien/lich.ics")
    assert (int(entry["SEQUENCE"]), str(entry["STATUS"])) == (2, "CANCELLED")
    assert str(entry["UID"]) == uid
    page = client.get(event.url).content.decode()
    assert "Mưa lũ" in page
    assert "Thêm vào lịch" not in page


def test_a_calendar_of_one_unit(client, commune):
    EventFactory(unit=commune, published=True)
    EventFactory(published=True)
    assert len(calendar(client, "/su-kien/lich.ics")) == 2
    assert len(calendar(client, f"/su-kien/lich.ics?don-vi={commune.code}")) == 1


def test_what_came_of_it_stands_on_its_page(client, commune):
    event = EventFactory(unit=commune, published=True, past=True)
    publish_minutes(event, by=UserFactory(approver=commune), text="Xã hứa sửa cầu.")
    page = client.get(event.url).content.decode()
    assert "Xã hứa sửa cầu." in page
    assert "Gửi câu hỏi trước" not in page


def test_a_dialogue_takes_questions_ahead(client, commune):
    event = EventFactory(unit=commune, published=True)
    assert f"/hoi-dap/gui/?su-kien={event.slug}" in client.get(event.url).content.decode()
    meeting = EventFactory(unit=commune, published=True, kind="event")
    assert "Gửi câu hỏi trước" not in client.get(meeting.url).content.decode()


def test_ten_thousand_events_stay_a_page(client, commune, django_assert_max_num_queries):
    sample = EventFactory.build(unit=commune, published=True)
    type(sample).objects.bulk_create(
        EventFactory.build(
            unit=commune,
            published=True,
            slug=f"su-kien-{number}",
            start_at=timezone.now() + timedelta(hours=number + 1),
        )
        for number in range(10_000)
    )
    client.get("/su-kien/")
    with django_assert_max_num_queries(4):
        page = client.get("/su-kien/?trang=7").content.decode()
    assert page.count("sk-item") == 20
    assert len(calendar(client, "/su-kien/lich.ics")) == 500
