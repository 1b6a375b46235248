"""From received to published: who may, what follows, and what the asker is told."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tiengmo.audit.models import AuditEntry
from tiengmo.outreach.actions.questions import (
    answer_question,
    assign_question,
    correct_answer,
    erase_contacts,
    publish_answer,
    refuse_question,
    refuse_questions,
    send_back_answer,
    withdraw_answer,
)
from tiengmo.outreach.entries import question_entries, ref_of
from tiengmo.outreach.errors import OutreachError
from tiengmo.outreach.handlers import erase
from tiengmo.outreach.models import Answer
from tiengmo.outreach.queries import public_answers, waiting_for
from tiengmo.outreach.workflow import CLOSED, MOVES, OPEN, State
from tiengmo.people.errors import NotAllowed
from tiengmo.people.tests.factories import UserFactory
from tiengmo.places.tests.factories import UnitFactory
from tiengmo.search.models import Indexed

from .factories import QuestionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def commune():
    return UnitFactory(in_district=True)


@pytest.fixture
def editor(commune):
    return UserFactory(editor=commune)


@pytest.fixture
def approver(commune):
    return UserFactory(approver=commune)


@pytest.fixture
def stranger(commune):
    return UserFactory(
        editor=UnitFactory(parent=commune.parent), approver=UnitFactory(parent=commune.parent)
    )


def words(**changed):
    return {
        "text": "Cầu được sửa trong tháng 12.",
        "public_title": "Bao giờ sửa cầu?",
        "public_text": "Cầu hỏng.",
    } | changed


def test_all_the_way_to_the_portal(commune, editor, approver):
    question = QuestionFactory(unit=commune.parent)
    above = UserFactory(editor=commune.parent)
    assign_question(question, by=above, unit=commune, note="Nhờ xã trả lời")
    answer = answer_question(question, by=editor, signer="Chủ tịch UBND xã", **words())
    publish_answer(question, by=approver, answer_id=answer.pk)
    question.refresh_from_db()
    answer.refresh_from_db()
    assert question.state == State.PUBLISHED
    assert question.closed_at == question.published_at == answer.published_at
    assert answer.unit_name == commune.name
    assert Indexed.objects.filter(ref=ref_of(question)).exists()
    assert [entry.title for entry in question_entries()] == ["Bao giờ sửa cầu?"]
    acts = AuditEntry.objects.filter(action__startswith="outreach.").order_by("sequence")
    assert [row.action for row in acts] == [
        "outreach.question_assigned",
        "outreach.question_answered",
        "outreach.answer_published",
    ]


def test_nobody_publishes_their_own_words_nor_words_they_did_not_read(commune, approver):
    question = QuestionFactory(unit=commune, assigned=True)
    both = UserFactory(editor=commune, approver=commune)
    answer = answer_question(question, by=both, **words())
    with pytest.raises(OutreachError, match="không tự duyệt"):
        publish_answer(question, by=both, answer_id=answer.pk)
    newer = answer_question(question, by=both, **words(text="Năm sau mới sửa."))
    with pytest.raises(OutreachError, match="đã được sửa"):
        publish_answer(question, by=approver, answer_id=answer.pk)
    publish_answer(question, by=approver, answer_id=newer.pk)
    assert Answer.objects.count() == 1


def test_strangers_may_nothing(commune, editor, stranger):
    question = QuestionFactory(unit=commune, answered=True)
    answer = question.answers.get()
    for act in (
        lambda: assign_question(question, by=stranger, unit=commune),
        lambda: refuse_question(question, by=stranger, reason="x"),
        lambda: answer_question(question, by=stranger, **words()),
        lambda: publish_answer(question, by=stranger, answer_id=answer.pk),
        lambda: send_back_answer(question, by=stranger, reason="x"),
        lambda: publish_answer(question, by=editor, answer_id=answer.pk),
    ):
        with pytest.raises(NotAllowed):
            act()
    question.refresh_from_db()
    assert question.state == State.ANSWERED


def test_an_approver_passes_on_but_does_not_answer(commune, approver):
    question = QuestionFactory(unit=commune)
    assign_question(question, by=approver, unit=commune)
    with pytest.raises(NotAllowed):
        answer_question(question, by=approver, **words())


def test_a_refusal_needs_a_reason_and_may_be_taken_back(commune, editor):
    question = QuestionFactory(unit=commune)
    with pytest.raises(OutreachError):
        refuse_question(question, by=editor, reason="  ")
    refuse_question(question, by=editor, reason="Không thuộc thẩm quyền")
    question.refresh_from_db()
    assert (question.state, question.reason) == (State.REFUSED, "Không thuộc thẩm quyền")
    assign_question(question, by=editor, unit=commune)
    question.refresh_from_db()
    assert (question.state, question.reason, question.closed_at) == (State.ASSIGNED, "", None)


def test_many_are_refused_together_or_none(commune, editor):
    mine = QuestionFactory.create_batch(5, unit=commune)
    theirs = QuestionFactory()
    with pytest.raises(NotAllowed):
        refuse_questions([*mine, theirs], by=editor, reason="Quảng cáo")
    assert waiting_for(editor).received == 5
    assert refuse_questions(mine, by=editor, reason="Quảng cáo") == 5
    assert waiting_for(editor).total == 0


def test_an_answer_sent_back_says_what_to_improve(commune, editor, approver):
    question = QuestionFactory(unit=commune, answered=True)
    send_back_answer(question, by=approver, reason="Ghi rõ ngày")
    question.refresh_from_db()
    assert (question.state, question.note) == (State.ASSIGNED, "Ghi rõ ngày")


def test_a_correction_stands_beside_what_it_corrects(commune, editor, approver):
    question = QuestionFactory(unit=commune, published=True)
    first_published_at = question.published_at
    correction = correct_answer(
        question, by=editor, text="Sửa trong tháng 1.", correction="Ngày sửa cầu"
    )
    assert [one.text for one in public_answers(question)] == ["Cầu được sửa trong tháng 12."]
    publish_answer(question, by=approver, answer_id=correction.pk)
    assert [one.text for one in public_answers(question)] == [
        "Sửa trong tháng 1.",
        "Cầu được sửa trong tháng 12.",
    ]
    question.refresh_from_db()
    assert question.published_at == first_published_at
    assert "tháng 1." in next(question_entries()).body


def test_what_is_taken_down_leaves_search_with_a_reason(commune, approver):
    question = QuestionFactory(unit=commune, published=True)
    with pytest.raises(OutreachError):
        withdraw_answer(question, by=approver, reason="")
    withdraw_answer(question, by=approver, reason="Nhầm thôn")
    assert not Indexed.objects.filter(ref=ref_of(question)).exists()
    with pytest.raises(OutreachError):
        withdraw_answer(question, by=approver, reason="Lần nữa")


@pytest.mark.parametrize("state", CLOSED)
def test_ninety_days_after_closing_the_asker_is_forgotten(commune, editor, state):
    closed = timezone.now() - timedelta(days=91)
    kept = {"state": state, "closed_at": closed, "published_at": None, "reason": "x"}
    if state == State.PUBLISHED:
        question = QuestionFactory(
            unit=commune, published=True, published_at=closed, closed_at=closed, shows_name=True
        )
    else:
        question = QuestionFactory(unit=commune, **kept)
    fresh = QuestionFactory(unit=commune, refused=True)
    still_open = QuestionFactory(unit=commune, received_at=closed)
    erase({})
    question.refresh_from_db()
    contacts = (question.asker_name, question.asker_phone, question.asker_email)
    assert contacts == ("", "", "")
    assert (question.title, question.text, question.shows_name) == ("", "", False)
    assert question.erased_at is not None
    if state == State.PUBLISHED:
        assert question.public_text == "Cầu hỏng từ mùa mưa."
    for one in (fresh, still_open):
        one.refresh_from_db()
        assert one.asker_phone
        assert one.erased_at is None
    assert erase_contacts() == 0
    if state == State.REFUSED:
        with pytest.raises(OutreachError):
            assign_question(question, by=editor, unit=commune)


def test_every_state_is_open_or_closed_and_leads_somewhere_known():
    assert set(OPEN) | set(CLOSED) == set(State) == set(MOVES)
    assert not set(OPEN) & set(CLOSED)
    assert all(to in set(State) for found in MOVES.values() for to in found)
