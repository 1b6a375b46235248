"""The home page shows what is new of every kind, and nothing where there is nothing."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from tiengmo.official_documents.events import public_page_changed
from tiengmo.official_documents.tests.factories import Offices, draft, published
from tiengmo.outbox.models import OutboxEntry
from tiengmo.outreach.events import event_changed, question_changed
from tiengmo.outreach.tests.factories import EventFactory, QuestionFactory
from tiengmo.portal.home import newest

pytestmark = pytest.mark.django_db


def home(client):
    return client.get("/").content.decode()


def test_where_there_is_nothing_nothing_is_said(client):
    page = home(client)
    for part in ("sap-toi", "van-ban-moi", "vua-tra-loi"):
        assert part not in page


def test_drafts_and_what_is_over_are_not_shown(client):
    draft(Offices(), abstract="Còn nháp")
    QuestionFactory(title="Chưa trả lời")
    EventFactory(title="Họp nháp")
    EventFactory(title="Họp đã qua", past=True, published=True)
    page = home(client)
    for part in ("sap-toi", "van-ban-moi", "vua-tra-loi"):
        assert part not in page


def test_each_kind_newest_first_and_no_more_than_a_few(client):
    now, offices = timezone.now(), Offices()
    for n in range(5):
        published(offices, number=f"{n}/KH", issued_on=now.date() - timedelta(days=n))
        QuestionFactory(
            published=True, public_title=f"Hỏi {n}?", published_at=now - timedelta(days=n)
        )
        EventFactory(
            published=True,
            title=f"Họp {n}",
            start_at=now + timedelta(days=n + 1),
            end_at=now + timedelta(days=n + 1, hours=2),
        )
    page = home(client)
    for text in ("{}/KH</a>", "Hỏi {}?</a>", "Họp {}</a>"):
        places = [page.find(text.format(n)) for n in range(5)]
        assert places[:3] == sorted(places[:3])
        assert -1 not in places[:3]
        assert places[3:] == [-1, -1]
    assert f'datetime="{(now - timedelta(days=1)).date():%Y-%m-%d}"' in page


def test_a_document_held_back_appears_at_its_hour(client):
    at = timezone.now() + timedelta(hours=1)
    published(Offices(), abstract="Giữ lại một giờ", embargo_until=at)
    assert "Giữ lại một giờ" not in home(client)
    with time_machine.travel(at + timedelta(seconds=1)):
        assert "Giữ lại một giờ" in home(client)


def test_an_event_leaves_when_it_is_over(client):
    event = EventFactory(published=True, title="Chợ phiên")
    assert "Chợ phiên" in home(client)
    with time_machine.travel(event.end_at + timedelta(seconds=1)):
        assert "Chợ phiên" not in home(client)


def test_what_changes_shows_at_once(client):
    event = EventFactory(published=True, title="Chợ phiên")
    assert "Chợ phiên" in home(client)
    event.title = "Chợ phiên dời ngày"
    event.save()
    assert "Chợ phiên dời ngày" in home(client)
    event.state = "cancelled"
    event.save()
    assert "sap-toi" not in home(client)


def test_the_copy_of_the_home_page_is_fetched_anew(settings):
    settings.NGINX_URLS = ["http://127.0.0.1:8079"]
    event, question = EventFactory(published=True), QuestionFactory(published=True)
    document = published(Offices())
    for signal, told in (
        (event_changed, {"event": event}),
        (question_changed, {"question": question}),
        (public_page_changed, {"document": document}),
    ):
        OutboxEntry.objects.all().delete()
        signal.send(None, **told)
        waiting = OutboxEntry.objects.filter(topic="portal.purge")
        assert "/" in {entry.payload["path"] for entry in waiting}


@pytest.mark.parametrize("part", [newest.documents, newest.answers, newest.events])
def test_no_part_reads_a_whole_table(part):
    part.html()
    if connection.vendor != "sqlite":
        pytest.skip("asks SQLite how it reads")
    sql, parameters = part.prepared.composed["sqlite"]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)
        steps = [row[3] for row in cursor.fetchall()]
    assert steps
    assert not [step for step in steps if step.startswith("SCAN")], steps
