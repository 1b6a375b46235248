"""People open pages; the figures count them, and nobody could say later who they were."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.test import RequestFactory
from django.utils import timezone

from tiengmo.people.tests.factories import UserFactory
from tiengmo.portal.actions import freeze_page
from tiengmo.portal.visitors import counting, queries, salts, staff
from tiengmo.portal.visitors.models import DailySalt, DayFigure, Seen
from tiengmo.releases.tests.factories import ReleaseFactory, RenditionFactory

pytestmark = pytest.mark.django_db
PHONE = "Mozilla/5.0 (Linux; Android 9; SM-J600G) AppleWebKit/537.36 Chrome/114.0 Mobile"
# A Wednesday, ten in the morning here.
START = timezone.datetime(2026, 11, 18, 3, tzinfo=timezone.get_fixed_timezone(0))


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr(counting.threading.Timer, "start", lambda _timer: None)
    salts.forget_todays_salt()
    queries.forget_figures()
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller
    counting._waiting.clear()
    counting._is_timed = False
    salts.forget_todays_salt()
    queries.forget_figures()


def visit(client, *, address="203.0.113.1", agent=PHONE, page="/"):
    answer = client.get(
        "/dem.gif",
        REMOTE_ADDR=address,
        headers={"User-Agent": agent, "Referer": f"http://127.0.0.1:8000{page}"},
    )
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert not answer.cookies
    counting.write()
    queries.forget_figures()


@pytest.fixture
def article():
    release = ReleaseFactory(released=True)
    RenditionFactory(release=release)
    return freeze_page(release)


def test_one_person_with_many_pages_is_one(client):
    for page in ("/", "/tin/", "/xa/1/"):
        visit(client, page=page)
    visit(client, address="203.0.113.2")
    assert queries.figures() == queries.Figures(online=2, today=2, week=2, all=2)


def test_machines_do_not_count(client):
    visit(client, agent="Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)")
    visit(client, agent="")
    visit(client, agent="curl/8.5.0")
    assert queries.figures().today == 0


def test_online_is_the_last_five_minutes(client, clock):
    visit(client)
    clock.shift(timedelta(minutes=6))
    visit(client, address="203.0.113.2")
    assert (queries.figures().online, queries.figures().today) == (1, 2)


def test_days_add_up_and_what_they_were_made_of_is_gone(client, clock):
    visit(client)
    visit(client, address="203.0.113.2")
    clock.shift(timedelta(days=1))
    visit(client)
    before = queries.figures()
    counting.close_days()
    queries.forget_figures()
    assert queries.figures() == before == queries.Figures(online=1, today=1, week=3, all=3)
    assert DayFigure.objects.get(about="").count == 2
    assert set(Seen.objects.values_list("day", flat=True)) == {timezone.localdate()}
    assert DailySalt.objects.count() == 1
    clock.shift(timedelta(days=4))  # the next Monday
    counting.close_days()
    counting.close_days()
    queries.forget_figures()
    assert queries.figures() == queries.Figures(online=0, today=0, week=0, all=3)


def test_no_address_and_no_browser_is_stored(client, article):
    visit(client, page=f"/tin/{article.slug}/")
    stored = str(list(Seen.objects.values()))
    assert "203.0.113" not in stored
    assert "SM-J600G" not in stored


def test_two_articles_of_one_reader_cannot_be_put_together(client, article):
    visit(client, page=f"/tin/{article.slug}/")
    site, read = Seen.objects.order_by("about")
    assert site.who != read.who
    assert read.last_at is None


def test_articles_that_do_not_exist_are_not_counted(client):
    visit(client, page="/tin/bia-dat/")
    assert not Seen.objects.exclude(about="").exists()


def test_an_editor_sees_how_many_read_but_not_when_they_are_few(client, article):
    page = f"/tin/{article.slug}/"
    for number in range(queries.FEWEST_SHOWN - 1):
        visit(client, address=f"203.0.113.{number}", page=page)
    _days, (row,) = queries.most_read()
    assert (row.headline, row.total, row.by_day[-1]) == (article.headline, None, None)
    visit(client, address="203.0.113.200", page=page)
    visit(client, address="203.0.113.200", page=f"{page}hmn/")
    _days, (row,) = queries.most_read()
    assert (row.total, row.by_day[0], row.by_day[-1]) == (queries.FEWEST_SHOWN, 0, 5)


def test_only_staff_with_a_role_see_what_is_read():
    request = RequestFactory().get("/quan-tri/luot-doc/")
    request.user = UserFactory()
    with pytest.raises(PermissionDenied):
        staff.readers(request)


def test_everybody_sees_the_figures_and_how_they_are_made(client):
    visit(client)
    html = client.get("/thong-ke/").content.decode()
    assert "Không dùng cookie" in html
    assert "18/11/2026" in html


def test_the_foot_of_every_page_shows_them_in_a_line(client):
    visit(client)
    line = client.get("/thong-ke/so-lieu/").content.decode()
    assert line == "Đang xem: 1 · Hôm nay: 1 · Tuần này: 1 · Tất cả: 1"
