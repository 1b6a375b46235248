"""A propagandist's phone tells of a session: once, twice, at once with another, late, wrongly."""

import json
import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tiengmo.audit.models import AuditEntry
from tiengmo.channels.actions import carry, deliver, take_back
from tiengmo.channels.registry import Forms, channel
from tiengmo.outreach.models import Topic
from tiengmo.outreach.sessions import rules
from tiengmo.outreach.sessions.models import Session
from tiengmo.outreach.tests.factories import TopicFactory
from tiengmo.people.tests.factories import UserFactory, sign_in
from tiengmo.places.tests.factories import UnitFactory, VillageFactory
from tiengmo.reach.queries import reach_of
from tiengmo.releases.actions import withdraw_release
from tiengmo.releases.models import Delivery, DeliveryStatus
from tiengmo.releases.tests.factories import ReleaseFactory, RenditionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def commune():
    return UnitFactory(in_district=True)


@pytest.fixture
def village(commune):
    return VillageFactory(unit=commune, households=60, languages=["hmn", "vi"])


@pytest.fixture
def propagandist(commune):
    return UserFactory(propagandist=commune)


@pytest.fixture
def phone(client, propagandist):
    return sign_in(client, propagandist)


def wall(at):
    return f"{timezone.localtime(at):%Y-%m-%dT%H:%M}"


def fields_of(village, **fields):
    topic = Topic.objects.filter(code="dat").first() or TopicFactory(code="dat")
    return {
        "kind": "team",
        "topic": topic.code,
        "subject": "Luật Đất đai",
        "village": village.code,
        "place": "nhà văn hoá thôn",
        "held_at": wall(timezone.now() - timedelta(hours=2)),
        "language": "hmn",
        "headcount": "42",
        "households": "",
        "questions": "5",
        "opinions": "",
        "release": "",
    } | fields


def entry_of(fields, **about):
    return {"id": str(uuid.uuid4()), "kind": "session", "revision": 1, "fields": fields} | about


def tell(phone, entry):
    return phone.post(
        reverse("outreach_phone_take"), json.dumps(entry), content_type="application/json"
    )


def released(village, **fields):
    release = ReleaseFactory(
        released=True, unit=village.unit, released_at=timezone.now() - timedelta(hours=5), **fields
    )
    RenditionFactory(release=release)
    return release


def reached(release, village):
    (row,) = [one for one in reach_of(release).villages if one.code == village.code]
    return row


def test_a_session_told_twice_is_one_and_answered_with_the_same(phone, village, propagandist):
    entry = entry_of(fields_of(village))
    first, again = tell(phone, entry), tell(phone, entry)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json()["own"] == again.json()["own"]
    (row,) = Session.objects.all()
    assert (str(row.pk), row.headcount, row.questions, row.opinions) == (entry["id"], 42, 5, 0)
    assert (row.author_id, row.households) == (str(propagandist.pk), None)
    assert AuditEntry.objects.filter(action="outreach.session_noted").count() == 1


def test_a_session_about_a_bulletin_reaches_its_village(phone, village):
    release = released(village)
    about = fields_of(village, release=str(release.pk))
    tell(phone, entry_of(about))
    row = reached(release, village)
    # 42 people, at most five of a household, and never more than live there.
    assert (row.reached, row.languages_reached) == ((9, 42), ["hmn"])
    tell(phone, entry_of(about | {"headcount": 50, "households": 45}))
    assert reached(release, village).reached == (45, 60)
    (channel,) = [one for one in reach_of(release).channels if one.code == "outreach"]
    assert (channel.delivered, str(channel.label)) == (1, "Tổ tuyên truyền, tuyên vận")


def test_a_change_and_a_withdrawal_within_the_day_change_what_was_reached(phone, village):
    release = released(village)
    entry = entry_of(fields_of(village, release=str(release.pk), headcount=40))
    tell(phone, entry)
    less = entry | {"revision": 2, "fields": entry["fields"] | {"headcount": 12}}
    assert tell(phone, less).status_code == 200
    assert tell(phone, less).status_code == 200
    assert reached(release, village).reached == (3, 12)
    # The first telling, held up on its way, changes nothing any more.
    assert tell(phone, entry).status_code == 200
    assert Session.objects.get().headcount == 12
    gone = less | {"revision": 3, "withdrawn": True}
    assert tell(phone, gone).json()["own"][0]["withdrawn"]
    assert reached(release, village).reached == (0, 0)
    assert reached(release, village).reason != "not_played"
    assert Delivery.objects.get(channel="outreach").status == DeliveryStatus.WITHDRAWN
    refused = tell(phone, gone | {"revision": 4, "withdrawn": False})
    assert "rút lại" in refused.json()["problems"]["id"]


def test_two_phones_that_change_the_same_differently_are_told(phone, village):
    entry = entry_of(fields_of(village))
    tell(phone, entry)
    change = {"revision": 2, "fields": entry["fields"] | {"headcount": 10}}
    assert tell(phone, entry | change).status_code == 200
    other = {"revision": 2, "fields": entry["fields"] | {"headcount": 11}}
    refused = tell(phone, entry | other)
    assert refused.status_code == 422
    assert "máy khác" in refused.json()["problems"]["id"]
    assert Session.objects.get().headcount == 10


def test_what_was_withdrawn_before_it_arrived_counts_nowhere(phone, village):
    release = released(village)
    fields = fields_of(village, release=str(release.pk))
    assert tell(phone, entry_of(fields, revision=2, withdrawn=True)).status_code == 200
    assert Session.objects.get().withdrawn_at is not None
    assert reached(release, village).reached == (0, 0)


def test_after_a_day_it_stands(phone, village):
    entry = entry_of(fields_of(village))
    tell(phone, entry)
    Session.objects.update(noted_at=timezone.now() - rules.CHANGEABLE - timedelta(minutes=1))
    change = {"revision": 2, "fields": entry["fields"] | {"headcount": 10}}
    assert "quá một ngày" in tell(phone, entry | change).json()["problems"]["id"]
    assert tell(phone, entry).status_code == 200
    assert Session.objects.get().headcount == 42


@pytest.mark.parametrize(
    ("wrong", "field", "text"),
    [
        ({"held_at": lambda now: wall(now + timedelta(days=2))}, "held_at", "giờ máy chủ là"),
        ({"held_at": lambda now: wall(now - timedelta(days=40))}, "held_at", "31 ngày"),
        ({"headcount": 0}, "headcount", ""),
        ({"headcount": 90_000}, "headcount", "5000"),
        ({"households": 43}, "households", "60 hộ"),
        ({"subject": "Gọi lại số 0912 345 678"}, "subject", "điện thoại"),
        ({"subject": "CCCD 010203004005"}, "subject", "căn cước"),
        ({"place": "nhà ông Giàng A Páo"}, "place", "tên người"),
        ({"village": "khong-co"}, "village", "danh sách"),
        ({"topic": ""}, "topic", ""),
        ({"headcount": 2**40}, "headcount", ""),
    ],
)
def test_what_cannot_be_is_refused_field_by_field(phone, village, wrong, field, text):
    told = {
        name: value(timezone.now()) if callable(value) else value for name, value in wrong.items()
    }
    answer = tell(phone, entry_of(fields_of(village) | told))
    assert answer.status_code == 422
    assert text in answer.json()["problems"][field]
    assert not Session.objects.exists()


@pytest.mark.parametrize(
    "line",
    [
        "Bà con hỏi về Nghị quyết 57-NQ/TW ngày 22/12/2024 và 12.11.2026 - 15.11.2026",
        "Học tập tư tưởng Bác Hồ; hỗ trợ 120.000.000 đồng",
        "BÀ CON THÔN 2, 3, 4",
    ],
)
def test_ordinary_lines_pass(line):
    assert rules.personal_in(line) == ""


@pytest.mark.parametrize(
    "line", ["+84 912.345.678", "091-234-5678", "010 203 004", "a.b@xa.vn", "chị Mẩy hỏi"]
)
def test_lines_about_somebody_do_not(line):
    assert rules.personal_in(line)


def test_a_bulletin_of_another_village_or_of_a_later_hour_is_refused(phone, village):
    elsewhere = released(VillageFactory())
    answer = tell(phone, entry_of(fields_of(village, release=str(elsewhere.pk))))
    assert "không dành cho thôn" in answer.json()["problems"]["release"]
    before = wall(timezone.now() - timedelta(hours=9))
    ours = released(village)
    fields = fields_of(village, release=str(ours.pk), held_at=before)
    assert "sau buổi" in tell(phone, entry_of(fields)).json()["problems"]["release"]


def test_a_bulletin_that_was_taken_back_must_be_told_again(phone, village, commune):
    release = released(village, channels=["outreach"])
    tell(phone, entry_of(fields_of(village, release=str(release.pk))))
    withdraw_release(release, by=UserFactory(approver=commune), reason="Sai ngày")
    take_back(release)
    delivery = Delivery.objects.get(release=release)
    assert (delivery.status, delivery.reason) == (DeliveryStatus.DELIVERED, "already_told")
    at_hand = phone.get(reverse("outreach_phone_given")).json()
    assert at_hand["wrong"][0]["reason"] == "Sai ngày"
    assert at_hand["bulletins"] == []
    # Somebody who had not heard of it speaks about it afterwards.
    late = fields_of(village, release=str(release.pk), held_at=wall(timezone.now()), headcount=5)
    type(release).objects.update(withdrawn_at=timezone.now() - timedelta(hours=1))
    assert tell(phone, entry_of(late)).json()["own"][0]["is_after_withdrawal"]
    assert reached(release, village).reached == (9, 42)


def test_only_those_who_go_out_there_may_tell(client, phone, village, propagandist):
    elsewhere = VillageFactory()
    assert tell(phone, entry_of(fields_of(elsewhere))).status_code == 422
    entry = entry_of(fields_of(village))
    tell(phone, entry)
    colleague = sign_in(type(client)(), UserFactory(propagandist=village.unit))
    assert "người khác" in tell(colleague, entry).json()["problems"]["id"]
    editor = sign_in(type(client)(), UserFactory(editor=village.unit))
    assert tell(editor, entry_of(fields_of(village))).status_code == 403
    assert "giao vai trò" in editor.get(reverse("outreach_phone_given")).json()["error"]
    assert Session.objects.count() == 1


def test_without_a_sign_in_the_page_opens_and_nothing_else(client, village):
    page = client.get(reverse("outreach_phone"))
    assert page.status_code == 200
    assert "unsafe-inline" not in page["Content-Security-Policy"]
    assert village.name not in page.content.decode()
    assert client.get(reverse("outreach_phone_given")).status_code == 401
    assert tell(client, entry_of(fields_of(village))).status_code == 401
    worker = client.get(reverse("outreach_phone_worker")).content.decode()
    assert "sync" in worker
    assert not Session.objects.exists()


def test_a_forged_form_and_rubbish_are_refused(propagandist, village):
    from django.test import Client

    strict = sign_in(Client(enforce_csrf_checks=True), propagandist)
    assert tell(strict, entry_of(fields_of(village))).status_code == 403
    phone = sign_in(Client(), propagandist)
    for body in ("", "[]", "{", '{"id": 3}', '{"id": "x"}', "[" * 9000):
        address = reverse("outreach_phone_take")
        assert phone.post(address, body, content_type="application/json").status_code == 400
    entry = entry_of(fields_of(village), revision="2")
    assert tell(phone, entry).status_code == 422
    assert tell(phone, entry_of([], revision=1)).status_code == 400


def test_what_is_at_hand_is_of_ones_own_villages(phone, village):
    stranger = released(VillageFactory())
    ours = released(village, channels=["portal", "outreach"])
    Delivery.objects.create(
        release=ours, channel="outreach", target=village.code, village=village, reason="not_told"
    )
    told = phone.get(reverse("outreach_phone_given")).json()
    assert [one["code"] for one in told["villages"]] == [village.code]
    (bulletin,) = told["bulletins"]
    assert (bulletin["id"], bulletin["asked"]) == (str(ours.pk), [village.code])
    assert bulletin["points"] == "Tóm tắt."
    assert str(stranger.pk) not in json.dumps(told)


def test_a_village_that_nothing_reached_is_named_until_a_team_went(phone, village):
    VillageFactory(unit=village.unit)
    release = released(village, window_end_at=timezone.now() - timedelta(hours=3))
    missed = phone.get(reverse("outreach_phone_given")).json()["bulletins"][0]["missed"]
    assert len(missed) == 2
    tell(phone, entry_of(fields_of(village, release=str(release.pk))))
    missed = phone.get(reverse("outreach_phone_given")).json()["bulletins"][0]["missed"]
    assert len(missed) == 1
    assert village.code not in missed
    # What still may arrive is nobody's way yet; what only waits to be read never is.
    for about in ({"window_end_at": timezone.now() + timedelta(hours=1)}, {"channels": ["portal"]}):
        type(release).objects.update(**about)
        assert not phone.get(reverse("outreach_phone_given")).json()["bulletins"][0]["missed"]


def print_for(village):
    release = released(village, channels=["portal", "print"])
    row = Delivery.objects.create(
        release=release,
        channel="print",
        target=village.code,
        village=village,
        status=DeliveryStatus.PENDING,
        reason="not_handed_out",
    )
    return release, row


def test_leaflets_handed_out_are_noted_on_the_phone_once(phone, village):
    release, row = print_for(village)
    (bulletin,) = phone.get(reverse("outreach_phone_given")).json()["bulletins"]
    assert bulletin["is_printed"]
    fields = {
        "village": village.code,
        "release": str(release.pk),
        "act": "given",
        "language": "vi",
        "copies": "30",
        "households": "28",
        "on": f"{timezone.localdate():%Y-%m-%d}",
        "place": "",
    }
    entry = entry_of(fields, kind="hand_out")
    assert tell(phone, entry).status_code == 200
    assert tell(phone, entry).status_code == 200
    assert row.hand_outs.get().households == 28
    assert reached(release, village).reached == (28, 28)
    wrong = tell(phone, entry_of(fields | {"households": 99}, kind="hand_out"))
    assert wrong.status_code == 422
    wrong = tell(phone, entry_of(fields | {"place": "nhà chị Mẩy"}, kind="hand_out"))
    assert "tên người" in wrong.json()["problems"]["place"]
    other = fields | {"release": str(released(village).pk)}
    assert "bản in" in tell(phone, entry_of(other, kind="hand_out")).json()["problems"]["release"]


def test_a_team_is_asked_and_says_so_on_the_release(commune, village, propagandist):
    release = ReleaseFactory(unit=commune, channels=["outreach"])
    RenditionFactory(release=release)
    carry(release)
    deliver(release, "outreach")
    waiting = Delivery.objects.get(release=release)
    assert (waiting.status, waiting.reason) == (DeliveryStatus.PENDING, "not_told")
    row = reached(release, village)
    assert row.reason == "not_told"
    assert "Sổ tuyên truyền" in str(row.advice)
    teams = channel("outreach")
    assert teams.check(Forms(headline="Mưa to"))
    assert not teams.check(Forms(headline="Mưa to", summary="Chuyển đồ lên cao."))
    assert "Chuyển đồ" in teams.preview(Forms(headline="Mưa to", summary="Chuyển đồ lên cao."))
    withdraw_release(release, by=UserFactory(approver=commune), reason="Sai")
    take_back(release)
    waiting.refresh_from_db()
    assert waiting.status == DeliveryStatus.WITHDRAWN
