"""The demo's contacts, questions and events: put once, quickly, found by search, all invented."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tiengmo.audit import SYSTEM
from tiengmo.channels.messages import sealing
from tiengmo.channels.messages.models import Subscriber
from tiengmo.channels.messages.queries import provider_in_use
from tiengmo.channels.messages.rules import number_of
from tiengmo.channels.social.models import Account, Connection
from tiengmo.channels.social.register.listing import Verdict, judge
from tiengmo.config.demo.connectivity import ensure_connectivity
from tiengmo.config.demo.contacts import ensure_contacts
from tiengmo.config.demo.field_work import CREW, DRIVES, MARK, SESSIONS, earlier_days
from tiengmo.config.demo.locality import DATA, ensure_people
from tiengmo.config.demo.outreach import ensure_outreach
from tiengmo.config.demo.social import COMMUNE, ensure_accounts
from tiengmo.config.demo.subscribers import ensure_subscribers
from tiengmo.connectivity.models import Mast
from tiengmo.connectivity.out_of_date import ending_licences
from tiengmo.connectivity.queries import cut_off
from tiengmo.directory.models import Office, Official
from tiengmo.directory.rules import is_hours, is_phone
from tiengmo.outreach.models import Event, Question
from tiengmo.outreach.promises.models import Promise
from tiengmo.outreach.queries import past_events, published_questions, upcoming_events
from tiengmo.outreach.runs.models import Pass, Run
from tiengmo.outreach.sessions.models import Session
from tiengmo.outreach.sessions.queries import villages_of
from tiengmo.outreach.workflow import State
from tiengmo.people.models import User
from tiengmo.places.actions import load_locality
from tiengmo.places.models import Village
from tiengmo.places.queries import units_in_force
from tiengmo.search.models import Indexed

pytestmark = pytest.mark.django_db


@pytest.fixture
def locality(db):
    load_locality(DATA / "units.csv", DATA / "villages.csv", DATA / "geometry.geojson", by=SYSTEM)


def test_put_once_and_found(locality):
    with CaptureQueriesContext(connection) as captured:
        assert ensure_contacts() == Office.objects.count() + Official.objects.count()
        assert ensure_outreach() == Question.objects.count() + Event.objects.count()
    # Put in bulk, the index included: the demo's start hardly notices.
    assert len(captured) < 2 * (Office.objects.count() + Official.objects.count())
    assert (ensure_contacts(), ensure_outreach()) == (0, 0)
    shown = Office.objects.count() + Official.objects.count() + published_questions().count()
    assert Indexed.objects.count() == shown + Event.objects.count()


def test_every_unit_can_be_reached_and_nobody_is_real(locality):
    ensure_contacts()
    for unit in units_in_force():
        assert unit.offices.count() >= 3
        assert unit.officials.filter(is_leader=True).exists()
    assert not Office.objects.filter(is_invented=False).exists()
    assert not Official.objects.filter(is_invented=False).exists()
    for one in (*Office.objects.all(), *Official.objects.all()):
        # No area code 0200 and no domain .example: nobody is rung or written to by mistake.
        assert one.phone.startswith("0200 ")
        assert is_phone(one.phone)
        assert one.email.endswith(".example")
    assert all(is_hours(office.hours) for office in Office.objects.all())


def test_questions_are_answered_and_some_still_wait(locality):
    ensure_outreach()
    assert published_questions().count() == 25
    assert Question.objects.filter(state=State.RECEIVED).exists()
    assert upcoming_events().count() + past_events().count() == 12
    assert past_events().exclude(minutes="").count() == past_events().count()


def test_without_a_locality_nothing_is_put(db):
    assert (ensure_contacts(), ensure_outreach()) == (0, 0)


def test_an_invented_register_with_pages_on_trial(locality):
    with CaptureQueriesContext(connection) as captured:
        number = ensure_accounts()
    assert number == Account.objects.count() > 20
    assert len(captured) < 30
    assert ensure_accounts() == 0
    # Nothing of the demo can reach a network.
    assert {one.account.unit.code for one in Connection.objects.all()} == {COMMUNE}
    assert not Connection.objects.filter(is_trial=False).exists()
    verdicts = {judge(one.address).verdict for one in Account.objects.all()}
    assert verdicts == {Verdict.OFFICIAL, Verdict.RETIRED, Verdict.WAITING}


def test_masts_and_dead_zones_are_put_once_and_say_what_the_villages_say(locality):
    ensure_contacts()
    assert ensure_connectivity() == Mast.objects.count() == 93
    assert ensure_connectivity() == 0
    assert not Mast.objects.exclude(source__contains="giả định").exists()
    villages = list(Village.objects.all())
    marked = {village.pk for village in villages if village.is_dead_zone}
    assert cut_off(villages) == marked
    assert Promise.objects.count() == 4
    assert [one.is_overdue for one in Promise.objects.all()].count(True) == 1
    assert list(ending_licences({unit.pk for unit in units_in_force()}))


def test_text_subscribers_have_numbers_that_no_telephone_has(locality):
    number = ensure_subscribers()
    assert number == Subscriber.objects.count() > 100
    assert ensure_subscribers() == 0
    assert provider_in_use().form == "console"
    numbers = [sealing.unseal(one.sealed_number) for one in Subscriber.objects.all()]
    assert all(one.startswith("00") and number_of(one) is None for one in numbers)


def test_drives_and_sessions_are_taken_in_as_a_crews_own(locality):
    ensure_people()
    crew = User.objects.get(username=CREW)
    villages = sorted(villages_of(crew), key=lambda one: one.code)
    earlier_days(crew, villages)
    assert Run.objects.filter(has_track=True).count() == len(DRIVES)
    # Every village that a drive names was really passed.
    noted = Pass.objects.filter(is_noted=True)
    assert noted.count() == sum(len(stops) for stops, _days, _hour in DRIVES)
    assert not noted.filter(counts=False).exists()
    assert Session.objects.count() == len(SESSIONS)
    assert not Session.objects.exclude(subject__contains=MARK).exists()
