"""The screens on which staff answer and keep events."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tiengmo.outreach.models import Event, Question
from tiengmo.outreach.workflow import EventState, State
from tiengmo.people.tests.factories import UserFactory, sign_in
from tiengmo.places.tests.factories import UnitFactory

from .factories import EventFactory, QuestionFactory

pytestmark = pytest.mark.django_db
QUESTIONS = "/quan-tri/hoi-dap/"
EVENTS = "/quan-tri/su-kien/"


@pytest.fixture
def commune():
    return UnitFactory(in_district=True, name="Xã Y Tý")


def test_an_editor_answers_and_an_approver_publishes(client, commune):
    question = QuestionFactory(unit=commune)
    here = f"{QUESTIONS}{question.pk}/"
    sign_in(client, UserFactory(editor=commune))
    assert question.title in client.get(QUESTIONS).content.decode()
    page = client.get(here).content.decode()
    assert question.asker_phone in page
    client.post(f"{here}chuyen/", {"unit": commune.pk, "topic": question.topic_id})
    answer = {
        "public_title": "Bao giờ sửa cầu?",
        "public_text": "Cầu hỏng.",
        "text": "Sửa trong tháng 12.",
        "signer": "Chủ tịch UBND xã",
    }
    missing = client.post(f"{here}tra-loi/", answer | {"text": ""})
    assert missing.status_code == 400
    assert "Bao giờ sửa cầu?" in missing.content.decode()
    client.post(f"{here}tra-loi/", answer)
    assert "người khác duyệt" in client.get(here).content.decode()
    draft = question.answers.get()
    sign_in(client, UserFactory(approver=commune))
    assert "Duyệt và công bố" in client.get(here).content.decode()
    client.post(f"{here}cong-bo/", {"answer": draft.pk})
    question.refresh_from_db()
    assert question.state == State.PUBLISHED
    assert "Gỡ câu trả lời" in client.get(here).content.decode()


def test_passed_to_another_unit_it_is_out_of_sight(client, commune):
    question = QuestionFactory(unit=commune)
    other = UnitFactory(parent=commune.parent)
    sign_in(client, UserFactory(editor=commune))
    answer = client.post(
        f"{QUESTIONS}{question.pk}/chuyen/", {"unit": other.pk, "topic": question.topic_id}
    )
    assert answer["Location"] == QUESTIONS
    assert client.get(f"{QUESTIONS}{question.pk}/").status_code == 404


def test_strangers_and_operators_find_nothing(client, commune):
    question = QuestionFactory(unit=commune)
    for user in (
        UserFactory(editor=UnitFactory(parent=commune.parent)),
        UserFactory(operator=commune),
    ):
        sign_in(client, user)
        assert client.get(f"{QUESTIONS}{question.pk}/").status_code == 404
        assert question.title not in client.get(QUESTIONS).content.decode()
        posted = client.post(f"{QUESTIONS}{question.pk}/tu-choi/", {"reason": "x"})
        assert posted.status_code == 404


def test_a_flood_is_cleared_with_one_reason(client, commune):
    flood = QuestionFactory.create_batch(30, unit=commune)
    theirs = QuestionFactory()
    sign_in(client, UserFactory(editor=commune))
    ticked = [one.pk for one in flood] + [theirs.pk, "x"]
    client.post(f"{QUESTIONS}tu-choi/", {"pk": ticked, "reason": ""})
    assert Question.objects.filter(state=State.REFUSED).count() == 0
    client.post(f"{QUESTIONS}tu-choi/", {"pk": ticked, "reason": "Quảng cáo"})
    assert Question.objects.filter(state=State.REFUSED).count() == 30
    theirs.refresh_from_db()
    assert theirs.state == State.RECEIVED


def test_ten_thousand_waiting_cost_no_more_queries(client, commune):
    sample = QuestionFactory(unit=commune)
    sign_in(client, UserFactory(editor=commune))

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(f"{QUESTIONS}?xem=moi").status_code == 200
        return len(captured)

    client.get(QUESTIONS)
    few = queries()
    Question.objects.bulk_create(
        Question(
            topic=sample.topic,
            unit=commune,
            title="x",
            text="x",
            secret_hash=f"{number:064d}",
            fingerprint="x",
            due_on=sample.due_on,
        )
        for number in range(10_000)
    )
    assert queries() == few


def test_unknown_lists_acts_and_pages_do_no_harm(client, commune):
    question = QuestionFactory(unit=commune, assigned=True)
    sign_in(client, UserFactory(editor=commune, approver=commune))
    assert client.get(f"{QUESTIONS}?xem=khac&trang=99999999999999").status_code == 200
    assert client.post(f"{QUESTIONS}{question.pk}/khac/").status_code == 404
    client.post(f"{QUESTIONS}{question.pk}/cong-bo/", {"answer": "٣"})
    question.refresh_from_db()
    assert question.state == State.ASSIGNED


def test_an_event_from_draft_to_minutes(client, commune):
    sign_in(client, UserFactory(editor=commune))
    start = timezone.localtime() + timedelta(days=3)
    words = {
        "kind": "dialogue",
        "unit": commune.pk,
        "title": "Đối thoại với thanh niên",
        "start_at": start.strftime("%Y-%m-%dT%H:%M"),
        "end_at": (start + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M"),
        "place": "Nhà văn hoá xã",
    }
    backwards = client.post(f"{EVENTS}moi/", words | {"end_at": words["start_at"]})
    assert "Giờ kết thúc phải sau" in backwards.content.decode()
    client.post(f"{EVENTS}moi/", words)
    event = Event.objects.get()
    here = f"{EVENTS}{event.pk}/"
    assert "người khác duyệt" in client.get(here).content.decode()
    sign_in(client, UserFactory(approver=commune))
    client.post(f"{here}cong-bo/")
    event.refresh_from_db()
    assert event.state == EventState.PUBLISHED
    Event.objects.update(start_at=timezone.now() - timedelta(hours=3), end_at=timezone.now())
    client.post(f"{here}ket-qua/", {"text": "Xã hứa sửa cầu."})
    event.refresh_from_db()
    assert event.minutes == "Xã hứa sửa cầu."


def test_nobody_adds_an_event_to_anothers_unit(client, commune):
    theirs = EventFactory()
    sign_in(client, UserFactory(editor=commune))
    assert client.get(f"{EVENTS}{theirs.pk}/").status_code == 404
    assert client.post(f"{EVENTS}{theirs.pk}/huy/", {"text": "x"}).status_code == 404
    start = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
    client.post(
        f"{EVENTS}moi/",
        {"kind": "event", "unit": theirs.unit_id, "title": "x", "place": "x", "start_at": start},
    )
    assert Event.objects.count() == 1
    sign_in(client, UserFactory(operator=commune))
    assert client.get(f"{EVENTS}moi/").status_code == 302
