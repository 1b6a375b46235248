"""Events: announced by two people, changed in the open, called off with a reason, minuted."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tiengmo.audit import SYSTEM
from tiengmo.outreach.actions.gatherings import (
    cancel_event,
    publish_event,
    publish_minutes,
    save_event,
)
from tiengmo.outreach.entries import event_entries, ref_of
from tiengmo.outreach.errors import OutreachError
from tiengmo.outreach.models import Event
from tiengmo.outreach.queries import past_events, public_events, upcoming_events
from tiengmo.outreach.workflow import EventState
from tiengmo.people.errors import NotAllowed
from tiengmo.people.tests.factories import UserFactory
from tiengmo.places.events import unit_succeeded
from tiengmo.places.models import Unit
from tiengmo.places.tests.factories import UnitFactory
from tiengmo.search.models import Indexed

from .factories import EventFactory, QuestionFactory

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


def an_event(unit, **fields):
    start = timezone.now() + timedelta(days=3)
    fields = {
        "title": "Đối thoại với thanh niên",
        "place": "Nhà văn hoá xã",
        "start_at": start,
        "end_at": start + timedelta(hours=2),
    } | fields
    return Event(unit=unit, **fields)


def test_written_by_one_announced_by_another(commune, editor, approver):
    event = save_event(an_event(commune), by=editor)
    assert event.slug.startswith("doi-thoai-voi-thanh-nien-")
    assert not public_events().exists()
    with pytest.raises(NotAllowed):
        publish_event(event, by=editor)
    publish_event(event, by=approver)
    assert list(upcoming_events()) == [event]
    assert Indexed.objects.filter(ref=ref_of(event)).exists()
    assert len(list(event_entries())) == 1


def test_nobody_announces_what_they_wrote(commune):
    both = UserFactory(editor=commune, approver=commune)
    event = save_event(an_event(commune), by=both)
    with pytest.raises(OutreachError):
        publish_event(event, by=both)


def test_two_of_one_name_and_day_have_two_addresses(commune, editor):
    slugs = {save_event(an_event(commune), by=editor).slug for _ in range(3)}
    assert len(slugs) == 3


@pytest.mark.parametrize(
    "wrong", [{"title": " "}, {"place": ""}, {"end_at": timedelta(0)}, {"latitude": 22.6}]
)
def test_half_an_event_is_refused(commune, editor, wrong):
    if "end_at" in wrong:
        wrong = {"end_at": timezone.now()}
    with pytest.raises(OutreachError):
        save_event(an_event(commune, **wrong), by=editor)


def test_what_was_approved_is_changed_by_approvers_and_says_so(commune, editor, approver):
    event = EventFactory(unit=commune, published=True)
    event.place = "Sân vận động"
    with pytest.raises(NotAllowed):
        save_event(event, by=editor)
    changed = save_event(event, by=approver)
    assert changed.changed_at is not None
    assert changed.change_count == 1
    assert save_event(changed, by=approver).change_count == 1


def test_called_off_with_a_reason_it_stays_to_be_read(commune, editor):
    event = EventFactory(unit=commune, published=True)
    with pytest.raises(OutreachError):
        cancel_event(event, by=editor, reason=" ")
    cancel_event(event, by=editor, reason="Mưa lũ")
    event.refresh_from_db()
    assert (event.state, event.reason) == (EventState.CANCELLED, "Mưa lũ")
    assert list(public_events()) == [event]
    with pytest.raises(OutreachError):
        save_event(event, by=UserFactory(approver=commune, editor=commune))


def test_a_cancelled_draft_is_never_shown(commune, editor):
    event = save_event(an_event(commune), by=editor)
    cancel_event(event, by=editor, reason="Nhầm")
    assert not public_events().exists()
    assert not Indexed.objects.filter(ref=ref_of(event)).exists()


def test_what_came_of_it_is_told_after_it_began(commune, editor, approver):
    coming = EventFactory(unit=commune, published=True)
    with pytest.raises(OutreachError):
        publish_minutes(coming, by=approver, text="Xong")
    over = EventFactory(unit=commune, published=True, past=True)
    with pytest.raises(NotAllowed):
        publish_minutes(over, by=editor, text="Xong")
    publish_minutes(over, by=approver, text="Xã hứa sửa cầu trước Tết.")
    assert [event.minutes for event in past_events()] == ["Xã hứa sửa cầu trước Tết."]


def test_after_a_merger_what_waits_goes_on_with_the_successor(commune):
    waiting, done = QuestionFactory(unit=commune), QuestionFactory(unit=commune, published=True)
    coming = EventFactory(unit=commune, published=True)
    over = EventFactory(unit=commune, published=True, past=True)
    successor = UnitFactory()
    unit_succeeded.send(
        Unit, predecessor=commune, successor=successor, on=timezone.localdate(), by=SYSTEM
    )
    for one in (waiting, done, coming, over):
        one.refresh_from_db()
    assert (waiting.unit, coming.unit) == (successor, successor)
    assert (done.unit, over.unit) == (commune, commune)
