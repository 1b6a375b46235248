"""A promise is made, put off, kept; what is late is listed and whoever owes it is reminded."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from tiengmo.directory.tests.factories import OfficeFactory
from tiengmo.outreach.promises.actions import drop_promise, keep_promise, make_promise, put_off
from tiengmo.outreach.promises.errors import PromiseError
from tiengmo.outreach.promises.listeners import on_unit_succeeded
from tiengmo.outreach.promises.models import Promise
from tiengmo.outreach.promises.out_of_date import due_promises
from tiengmo.outreach.sessions.tests.factories import SessionFactory
from tiengmo.outreach.tests.factories import TopicFactory
from tiengmo.people.errors import NotAllowed
from tiengmo.people.tests.factories import UserFactory, sign_in
from tiengmo.places.tests.factories import UnitFactory, VillageFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def commune():
    return UnitFactory(in_district=True)


@pytest.fixture
def editor(commune):
    return UserFactory(editor=commune)


def days(number):
    return timezone.localdate() + dt.timedelta(days=number)


def promise(commune, **fields):
    return Promise(
        **{
            "unit": commune,
            "owed_by": commune,
            "topic": TopicFactory(),
            "what": "Sửa đường vào bản Khe",
            "promised_on": days(-20),
            "due_on": days(10),
        }
        | fields
    )


def test_made_put_off_and_kept(commune, editor):
    row = make_promise(promise(commune), by=editor)

    put_off(row, due_on=days(30), why="Chờ vật liệu", by=editor)
    row.refresh_from_db()
    assert (row.due_on, row.first_due_on, row.times_put_off) == (days(30), days(10), 1)
    keep_promise(row, on=days(0), note="Đã đổ bê tông 300 m", by=editor)
    row.refresh_from_db()
    assert (row.state, row.closed_on, row.days_late) == ("kept", days(0), 0)
    for act in (
        lambda: keep_promise(row, on=days(0), note="x", by=editor),
        lambda: put_off(row, due_on=days(90), why="x", by=editor),
        lambda: drop_promise(row, why="x", by=editor),
    ):
        with pytest.raises(PromiseError, match="đã khép"):
            act()


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"what": " "}, "việc gì"),
        ({"what": "Trả lời ông Lý Văn Thử"}, "tên người"),
        ({"what": "Gọi lại số 0912345678"}, "số điện thoại"),
        ({"promised_on": 1}, "không sau hôm nay"),
        ({"due_on": -30}, "không trước ngày hứa"),
    ],
)
def test_what_cannot_be_promised(commune, editor, fields, why):
    fields = {name: days(one) if isinstance(one, int) else one for name, one in fields.items()}
    with pytest.raises(PromiseError, match=why):
        make_promise(promise(commune, **fields), by=editor)
    assert not Promise.objects.exists()


def test_an_office_and_a_session_belong_where_they_are_said_to(commune, editor):
    with pytest.raises(PromiseError, match="không thuộc"):
        make_promise(promise(commune, office=OfficeFactory()), by=editor)
    elsewhere = SessionFactory(village=VillageFactory())
    with pytest.raises(PromiseError, match="không ở đơn vị"):
        make_promise(promise(commune, session=elsewhere), by=editor)
    here = SessionFactory(village=VillageFactory(unit=commune), kind="elders")
    assert make_promise(promise(commune, session=here), by=editor).pk


def test_who_made_it_and_who_owes_it_may_act_and_strangers_may_not(commune, editor):
    other = UnitFactory(in_district=True)
    row = make_promise(promise(commune, owed_by=other), by=editor)
    with pytest.raises(NotAllowed):
        keep_promise(row, on=days(0), note="xong", by=UserFactory(editor=True))
    with pytest.raises(NotAllowed):
        make_promise(promise(commune), by=UserFactory(propagandist=commune))
    keep_promise(row, on=days(0), note="xong", by=UserFactory(approver=other))


def test_whoever_owes_it_is_reminded_a_week_before_and_when_it_is_late(commune, editor):
    late = make_promise(promise(commune, due_on=days(-3), what="Việc trễ"), by=editor)
    make_promise(promise(commune, due_on=days(5), what="Việc sắp đến"), by=editor)
    make_promise(promise(commune, due_on=days(30), what="Việc còn lâu"), by=editor)
    done = make_promise(promise(commune, due_on=days(-3), what="Việc xong"), by=editor)
    drop_promise(done, why="Trùng việc khác", by=editor)

    found = list(due_promises({commune.pk}))

    assert [one.title for one in found] == ["Việc trễ", "Việc sắp đến"]
    assert "Quá hạn" in found[0].why
    assert late.days_late == 3
    assert not list(due_promises({UnitFactory().pk}))


def test_whoever_takes_a_unit_over_owes_what_it_promised(commune, editor):
    row = make_promise(promise(commune), by=editor)
    successor = UnitFactory()
    on_unit_succeeded(predecessor=commune, successor=successor, by=editor)
    row.refresh_from_db()
    assert (row.owed_by, row.unit) == (successor, commune)


def test_the_pages(client, commune, editor):
    sign_in(client, editor)
    topic = TopicFactory()
    session = SessionFactory(village=VillageFactory(unit=commune), kind="business")
    url = reverse("outreach_promise_new")
    assert "Gặp mặt doanh nghiệp" in client.get(f"{url}?buoi={session.pk}").content.decode()
    words = {
        "what": "Mở điểm thu mua", "unit": commune.pk, "topic": topic.pk, "owed_by": commune.pk,
        "session": session.pk, "promised_on": f"{days(-2)}", "due_on": f"{days(-1)}",
    }  # fmt: skip
    assert "tên người" in client.post(url, words | {"what": "Giúp bà Mẩy"}).content.decode()
    assert client.post(url, words).status_code == 302
    row = Promise.objects.get()
    assert (str(row.session_id), row.author_name) == (str(session.pk), str(editor))

    body = client.get(reverse("outreach_promises")).content.decode()
    assert "Mở điểm thu mua" in body
    assert "1 lời hứa quá hạn" in body
    page = reverse("outreach_promise", args=[row.pk])
    assert "Đã làm xong" in client.get(page).content.decode()
    act = reverse("outreach_promise_act", args=[row.pk, "da-lam"])
    assert client.post(act, {"on": "hôm nay", "note": "x"}).status_code == 302
    row.refresh_from_db()
    assert row.state == "open"
    client.post(act, {"on": f"{days(0)}", "note": "Đã mở"})
    row.refresh_from_db()
    assert row.state == "kept"
    given = client.get(reverse("outreach_promises"), {"dinh-dang": "csv"}).content.decode(
        "utf-8-sig"
    )
    assert "Đã mở" in given
    for shown in ("chua-xong", "da-khep", "la"):
        assert client.get(reverse("outreach_promises"), {"xem": shown}).status_code == 200

    sign_in(client, UserFactory(editor=True))
    assert client.get(page).status_code == 404
    sign_in(client, UserFactory(technician=commune))
    assert client.get(reverse("outreach_promises")).status_code == 302
