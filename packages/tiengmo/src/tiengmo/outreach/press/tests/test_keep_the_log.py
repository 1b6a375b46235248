"""What was printed, agreed and asked: by hand, by table, counted by outlet and half-year."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from tiengmo.channels.press.tests.factories import OutletFactory
from tiengmo.outreach.press import actions
from tiengmo.outreach.press.errors import PressRelationsError
from tiengmo.outreach.press.models import Agreement, Meeting, Mention
from tiengmo.outreach.press.queries import by_half_year
from tiengmo.outreach.press.rules import day_in, days_of, half_of
from tiengmo.people.errors import NotAllowed
from tiengmo.people.tests.factories import UserFactory, sign_in
from tiengmo.places.tests.factories import UnitFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit():
    return UnitFactory(top=True)


@pytest.fixture
def editor(unit):
    return UserFactory(editor=unit)


@pytest.fixture
def outlet():
    return OutletFactory(name="Báo Lào Cai")


def table(*rows, head="Tên tin bài;Cơ quan báo chí;Ngày đăng;Liên kết"):
    return "\ufeff".encode() + "\r\n".join([head, *rows]).encode()


def test_a_table_is_taken_once_however_often_it_is_sent(editor, outlet):
    raw = table(
        "Mùa lúa chín;BÁO LAO CAI;25/9/2025;https://bao.example/1",
        "Cầu mới;Báo Lào Cai;2026-02-01;",
    )
    assert actions.import_mentions(raw, by=editor) == (2, 0)
    assert actions.import_mentions(raw, by=editor) == (0, 2)
    halves, counts = by_half_year(Mention.objects.all())
    assert halves == [(2026, 1), (2025, 2)]
    assert [(one.outlet, one.counts, one.total) for one in counts] == [(outlet, [1, 1], 2)]


def test_a_wrong_row_takes_nothing_and_every_one_is_named(editor, outlet):
    raw = table(
        "Mùa lúa chín;Báo Lào Cai;25/9/2025;https://bao.example/1",
        "Cầu mới;Báo Lạ;1/2/2026;",
        "Chợ phiên;Báo Lào Cai;31/2/2026;",
        ";Báo Lào Cai;1/2/2026;",
        "Ngày mai;Báo Lào Cai;1/1/2999;",
        "Bài;Báo Lào Cai;1/2/2026;javascript:alert(1)",
    )
    with pytest.raises(PressRelationsError) as refused:
        actions.import_mentions(raw, by=editor)
    assert [one.split(":")[0] for one in refused.value.problems] == [
        f"Dòng {number}" for number in (3, 4, 5, 6, 7)
    ]
    assert not Mention.objects.exists()


@pytest.mark.parametrize(
    "raw", [b"", b"a,b\n1,2", b"\x00\x01\xff", table("x" * 3000), table('"mo ngoac;x;y;z')]
)
def test_what_is_no_such_table_is_refused(editor, raw):
    with pytest.raises(PressRelationsError):
        actions.import_mentions(raw, by=editor)


def test_only_the_press_office_writes(unit, outlet):
    mention = Mention(outlet=outlet, title="Bài", on=timezone.localdate())
    for user in (UserFactory(), UserFactory(editor=UnitFactory(parent=unit))):
        with pytest.raises(NotAllowed):
            actions.note_mention(mention, by=user)
        with pytest.raises(NotAllowed):
            actions.import_mentions(table(), by=user)


def test_an_agreement_says_what_is_still_owed(client, editor, outlet):
    sign_in(client, editor)
    today = timezone.localdate()
    given = {
        "outlet": outlet.pk,
        "subject": "Chuyên trang nông thôn mới",
        "money": "50000000",
        "starts_on": (today - timedelta(days=30)).isoformat(),
        "ends_on": (today + timedelta(days=30)).isoformat(),
        "products_owed": "3",
    }
    backwards = given | {"ends_on": (today - timedelta(days=60)).isoformat()}
    page = client.post(reverse("press_agreement_add"), backwards).content.decode()
    assert "Ngày kết thúc trước ngày bắt đầu." in page
    client.post(reverse("press_agreement_add"), given)
    agreement = Agreement.objects.get()
    note = {"note": "1", "title": "Bài một", "outlet": outlet.pk, "agreement": agreement.pk}
    client.post(reverse("press_mentions"), note | {"on": today.isoformat()})
    other = OutletFactory()
    wrong = note | {"title": "Bài hai", "outlet": other.pk, "on": today.isoformat()}
    assert "của cơ quan khác" in client.post(reverse("press_mentions"), wrong).content.decode()
    text = client.get(reverse("press_agreements") + "?con=1&dinh-dang=csv").content.decode()
    assert text.strip().endswith(",3,1")
    client.post(reverse("press_mention_remove", args=[Mention.objects.get().pk]))
    assert not Mention.objects.exists()


def test_a_meeting_is_counted_by_outlet_and_topic(client, editor, outlet):
    sign_in(client, editor)
    assert "chưa ghi buổi gặp mặt nào" in client.get(reverse("press_meetings")).content.decode()
    given = {
        "on": timezone.localdate().isoformat(),
        "place": "Hội trường",
        "agenda": "Kết quả sáu tháng",
        f"came_{outlet.pk}": "2",
        "topic_0": "Đường liên xã",
        "count_0": "3",
        "answer_0": "Xong trong quý bốn.",
        "topic_1": "đường liên  xã",
    }
    twice = client.post(reverse("press_meeting_add"), given)
    assert "ghi hai lần" in twice.content.decode()
    client.post(reverse("press_meeting_add"), given | {"topic_1": ""})
    meeting = Meeting.objects.get()
    assert [(one.outlet, one.people) for one in meeting.attendances.all()] == [(outlet, 2)]
    assert [(one.topic, one.questions) for one in meeting.topics.all()] == [("Đường liên xã", 3)]
    page = client.get(reverse("press_meetings")).content.decode()
    assert "Đường liên xã (3)" in page
    assert "Nửa năm này chưa" not in page
    address = reverse("press_meeting", args=[meeting.pk])
    assert "Xong trong quý bốn." in client.get(address).content.decode()
    client.post(address, given | {"topic_1": "Trường học"})
    assert meeting.topics.count() == 2
    assert Meeting.objects.count() == 1


def test_the_log_is_filtered_and_downloaded(client, editor, outlet):
    sign_in(client, editor)
    address = reverse("press_mentions")
    client.post(address, {"outlet_new": "1", "name": "Đài Thử", "kind": "broadcaster"})
    upload = SimpleUploadedFile(
        "bang.csv", table("=Mùa lúa;Báo Lào Cai;25/9/2025;", "Chợ;Đài Thử;1/3/2026;")
    )
    client.post(address, {"import": "1", "table": upload})
    assert Mention.objects.count() == 2
    page = client.get(address + "?half=2025-2").content.decode()
    assert "=Mùa lúa" in page
    assert "Chợ</td>" not in page
    text = client.get(address + f"?outlet={outlet.pk}&dinh-dang=csv").content.decode("utf-8-sig")
    assert "'=Mùa lúa,Báo Lào Cai,25/09/2025," in text
    assert "Chợ" not in text
    assert "Tin bài đã đăng" in client.get(reverse("press_home")).content.decode()


def test_half_years_and_days():
    assert half_of(date(2026, 6, 30)) == (2026, 1)
    assert half_of(date(2026, 7, 1)) == (2026, 2)
    assert days_of(2026, 2) == (date(2026, 7, 1), date(2026, 12, 31))
    assert day_in(" 5/9/2026 ") == day_in("2026-09-05") == date(2026, 9, 5)
    assert day_in("hôm qua") is None


def test_the_way_back_to_the_press_leads_there(client, editor):
    sign_in(client, editor)
    page = client.get(reverse("press_mentions"))
    crumbs = [(one["label"], one["url"]) for one in page.context["breadcrumbs_items"]]
    assert ("Báo chí", reverse("press_home")) in crumbs
