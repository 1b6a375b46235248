"""A citizen's words on their way in: taken as they are, or refused with a reason."""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from tiengmo.audit.models import AuditEntry
from tiengmo.outreach import rules
from tiengmo.outreach.actions.questions import Contact, ask_question, refuse_question
from tiengmo.outreach.errors import BadQuestion, TooManyQuestions
from tiengmo.outreach.models import Question
from tiengmo.outreach.queries import by_secret
from tiengmo.outreach.workflow import State
from tiengmo.people.tests.factories import UserFactory
from tiengmo.places.tests.factories import UnitFactory

from .factories import QuestionFactory, TopicFactory

TITLE = "Bao giờ sửa cầu vào thôn?"
TEXT = "Cầu vào thôn hỏng từ mùa mưa năm ngoái, trẻ em phải lội suối."


@pytest.fixture
def ask(db):
    topic, unit = TopicFactory(), UnitFactory(in_district=True)

    def ask(**words):
        return ask_question(**{"topic": topic, "unit": unit, "title": TITLE, "text": TEXT} | words)

    return ask


def test_a_question_is_taken_in_and_its_asker_gets_an_address(ask):
    question, secret = ask(contact=Contact("Lý Thị Thử", "0200 3799 001", "a@b.example"))
    assert question.state == State.RECEIVED
    assert question.due_on > timezone.localdate() + timedelta(days=10)
    assert by_secret(secret) == question
    assert secret not in str(Question.objects.values())
    assert by_secret(secret[:-1]) is None


def test_the_audit_chain_keeps_no_word_of_the_askers(ask):
    ask(contact=Contact("Lý Thị Thử", "0200 3799 001", "a@b.example"))
    row = AuditEntry.objects.get(action="outreach.question_received")
    kept = f"{row.subject_name} {row.detail} {row.actor_name}"
    assert not any(word in kept for word in ("Thử", "0200", "a@b", "cầu"))


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"title": "?"}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"text": "ngắn"}, "text"),
        ({"text": "dài " * 2000}, "text"),
        ({"text": f"{TEXT} http://a http://b http://c www.d"}, "text"),
        ({"contact": Contact(phone="gọi tôi")}, "phone"),
        ({"contact": Contact(email="không có")}, "email"),
        ({"contact": Contact(email=f"a@{'b' * 250}.vn")}, "email"),
    ],
)
def test_what_cannot_be_taken_names_its_field(ask, words, field):
    with pytest.raises(BadQuestion) as caught:
        ask(**words)
    assert caught.value.field == field
    assert not Question.objects.exists()


def test_invisible_letters_and_nfd_are_tidied(ask):
    question, _secret = ask(title="Bao gio\u031b\u0300  sửa\u200b cầu\x07?")
    assert question.title == "Bao giờ sửa cầu?"


def test_the_same_words_are_taken_once_while_they_are_open(ask):
    first, _secret = ask()
    with pytest.raises(BadQuestion):
        ask(title="bao gio SUA cau vao thon")
    refuse_question(first, by=UserFactory(editor=first.unit), reason="Trùng")
    ask()


def test_more_than_people_could_write_is_held_back(ask, monkeypatch):
    monkeypatch.setattr(rules, "MOST_AN_HOUR", 3)
    for number in range(3):
        ask(title=f"{TITLE} Lần {number}")
    with pytest.raises(TooManyQuestions):
        ask(title="Một câu hỏi thật của người dân")
    assert Question.objects.count() == 3


def test_taking_one_in_stays_quick_beside_ten_thousand(ask, django_assert_max_num_queries):
    sample = QuestionFactory()
    long_ago = timezone.now() - timedelta(days=2)
    Question.objects.bulk_create(
        Question(
            topic=sample.topic,
            unit=sample.unit,
            title="x",
            text="x",
            secret_hash=f"{number:064d}",
            fingerprint=f"{number:032d}",
            received_at=long_ago,
            due_on=sample.due_on,
        )
        for number in range(10_000)
    )
    with django_assert_max_num_queries(16):
        ask()


def test_an_answer_is_due_after_ten_working_days():
    def new_year(day):
        return "Tết Dương lịch" if day == date(2027, 1, 1) else ""

    assert rules.due_on(date(2026, 11, 20), new_year) == date(2026, 12, 4)
    assert rules.due_on(date(2026, 12, 24), new_year) == date(2027, 1, 8)


@given(st.text(max_size=300))
def test_tidying_twice_is_tidying_once(text):
    assert rules.tidy_text(rules.tidy_text(text)) == rules.tidy_text(text)
    assert rules.tidy_line(rules.tidy_line(text)) == rules.tidy_line(text)
    assert "\n" not in rules.tidy_line(text)


@given(st.text(max_size=200), st.dates(date(2000, 1, 1), date(2080, 1, 1)))
def test_every_title_gives_an_address(title, day):
    slug = rules.slug_of(title, day)
    assert slug.replace("-", "").isalnum()
    assert slug.isascii()
    assert len(slug) <= 100
