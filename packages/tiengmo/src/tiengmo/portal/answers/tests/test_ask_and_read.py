"""A citizen asks, follows their own question, and everybody reads the answer."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tiengmo.outreach.actions.questions import refuse_question, withdraw_answer
from tiengmo.outreach.models import Answer, Question, Topic
from tiengmo.outreach.tests.factories import EventFactory, QuestionFactory, TopicFactory
from tiengmo.people.tests.factories import UserFactory
from tiengmo.places.tests.factories import UnitFactory
from tiengmo.portal import guard, queries

pytestmark = pytest.mark.django_db
FORM = "/hoi-dap/gui/"


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    queries.forget_facts()
    monkeypatch.setattr(guard, "SOONEST", timedelta(0))


@pytest.fixture
def commune():
    return UnitFactory(in_district=True, name="Xã Y Tý")


@pytest.fixture
def words(commune):
    return {
        "title": "Bao giờ sửa cầu vào thôn?",
        "text": "Cầu hỏng từ mùa mưa, trẻ em phải lội suối.",
        "topic": TopicFactory().code,
        "unit": commune.code,
        "name": "Lý Thị Thử",
        "phone": "0200 3799 001",
    }


def stamped(client, words):
    page = client.get(FORM).content.decode()
    start = page.index(f'name="{guard.STAMP}" value="') + len(f'name="{guard.STAMP}" value="')
    return words | {guard.STAMP: page[start : page.index('"', start)], guard.TRAP: ""}


def test_asked_followed_and_refused_with_a_reason(client, commune, words):
    answer = client.post(FORM, stamped(client, words))
    assert answer.status_code == 302
    assert not answer.cookies
    question = Question.objects.get()
    assert (question.unit, question.asker_phone) == (commune, "0200 3799 001")
    own = client.get(answer["Location"])
    page = own.content.decode()
    assert 'aria-current="step">Đã nhận' in page
    assert answer["Location"] in page
    assert own["Cache-Control"] == "no-store"
    assert own["Referrer-Policy"] == "no-referrer"
    assert own["X-Robots-Tag"] == "noindex"
    refuse_question(question, by=UserFactory(editor=commune), reason="Không thuộc xã")
    assert "Không thuộc xã" in client.get(answer["Location"]).content.decode()


def test_a_wrong_secret_is_nobodys_page(client, words):
    client.post(FORM, stamped(client, words))
    for secret in ("x", "x" * 32, "x" * 5000, "đ"):
        assert client.get(f"/hoi-dap/cua-toi/{secret}/").status_code == 404


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("title", "", "Hãy ghi phần này"),
        ("title", "?", "ít nhất vài chữ"),
        ("topic", "khong-co", "Chưa gửi được"),
        ("unit", "khong-co", "Chưa gửi được"),
        ("phone", "gọi tôi", "Số điện thoại chưa đúng"),
        ("email", "không có", "thư điện tử chưa đúng"),
        ("text", "x" * 4001, "Chưa gửi được"),
    ],
)
def test_what_is_missing_is_told_and_words_are_kept(client, words, field, value, told):
    answer = client.post(FORM, stamped(client, words | {field: value}))
    page = answer.content.decode()
    assert answer.status_code == 400
    assert told in page
    kept = "Lý Thị Thử" if field != "name" else words["title"]
    assert kept in page
    assert not Question.objects.exists()


def test_without_a_stamp_or_with_the_trap_filled_nothing_is_taken(client, words):
    assert client.post(FORM, words).status_code == 400
    trapped = stamped(client, words) | {guard.TRAP: "http://x"}
    assert client.post(FORM, trapped).status_code == 400
    assert not Question.objects.exists()


def test_a_script_that_posts_on_and_on_is_held_back_cheaply(client, words):
    for number in range(guard.EACH):
        told = words | {"title": f"Câu hỏi số {number} của một máy"}
        assert client.post(FORM, stamped(client, told)).status_code == 302
    late = stamped(client, words)
    with CaptureQueriesContext(connection) as captured:
        answer = client.post(FORM, late)
    assert answer.status_code == 429
    assert words["title"] in answer.content.decode()
    assert Question.objects.count() == guard.EACH
    written = [row["sql"] for row in captured if row["sql"].startswith(("INSERT", "UPDATE"))]
    assert not [sql for sql in written if "outreach_" in sql]


def test_nobody_chosen_means_the_locality_itself(client, commune, words):
    client.post(FORM, stamped(client, words | {"unit": ""}))
    assert Question.objects.get().unit == commune.parent


def test_asked_ahead_of_a_dialogue(client, commune, words):
    event = EventFactory(unit=commune, published=True)
    page = client.get(f"{FORM}?su-kien={event.slug}").content.decode()
    assert event.title in page
    client.post(FORM, stamped(client, words | {"su-kien": event.slug}))
    assert Question.objects.get().event == event
    assert client.get(f"{FORM}?su-kien=khong-co&don-vi=khong-co").status_code == 200


def test_everybody_reads_the_answer_and_never_who_asked(client, commune):
    question = QuestionFactory(unit=commune, published=True)
    waiting = QuestionFactory(unit=commune, title="Câu chưa trả lời")
    for address in ("/hoi-dap/", question.url, f"/hoi-dap/chu-de/{question.topic.code}/"):
        page = client.get(address).content.decode()
        assert question.public_title in page
        assert waiting.title not in page
        for private in (question.asker_name, question.asker_phone, question.asker_email):
            assert private not in page
        assert "nhà tôi ở cuối thôn" not in page
    assert client.get(waiting.url).status_code == 404
    assert client.get("/hoi-dap/99999999999999999999999/").status_code == 404
    assert client.get("/hoi-dap/chu-de/khong-co/").status_code == 404


def test_a_name_is_shown_when_its_owner_wants_it(client, commune):
    question = QuestionFactory(unit=commune, published=True, shows_name=True)
    page = client.get(question.url).content.decode()
    assert question.asker_name in page
    assert question.asker_phone not in page


def test_what_was_taken_down_is_gone_with_its_reason(client, commune):
    question = QuestionFactory(unit=commune, published=True)
    withdraw_answer(question, by=UserFactory(approver=commune), reason="Nhầm thôn")
    answer = client.get(question.url)
    assert answer.status_code == 410
    assert "Nhầm thôn" in answer.content.decode()
    assert question.public_title not in client.get("/hoi-dap/").content.decode()


def test_ten_thousand_answers_stay_a_page_of_twenty(client, commune):
    topic = Topic.objects.first()
    sample = QuestionFactory(unit=commune, topic=topic, published=True)
    fields = ("state", "public_title", "public_text", "published_at", "closed_at", "due_on")
    rows = [
        Question(
            topic=topic,
            unit=commune,
            secret_hash=f"{number:064d}",
            fingerprint="",
            **{name: getattr(sample, name) for name in fields},
        )
        for number in range(10_000)
    ]
    Question.objects.bulk_create(rows)
    Answer.objects.bulk_create(
        Answer(
            question=row,
            text="x",
            unit=commune,
            unit_name=commune.name,
            author_id="0",
            published_at=row.published_at,
        )
        for row in rows
    )
    client.get("/hoi-dap/")
    with CaptureQueriesContext(connection) as captured:
        page = client.get("/hoi-dap/?trang=200").content.decode()
    assert len(captured) <= 4
    assert page.count("item__title") == 20
