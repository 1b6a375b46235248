"""Editors keep their own unit's contacts; nobody else's."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tiengmo.audit import SYSTEM
from tiengmo.audit.models import AuditEntry
from tiengmo.directory.actions import (
    close_office,
    confirm_checked,
    end_official,
    erase_ended,
    follow_dates,
    save_office,
    save_official,
)
from tiengmo.directory.entries import all_entries, ref_of
from tiengmo.directory.errors import DirectoryError
from tiengmo.directory.models import Office, Official
from tiengmo.directory.queries import first_contacts, offices_of, officials_of, out_of_date
from tiengmo.directory.rules import usual_hours
from tiengmo.people.errors import NotAllowed
from tiengmo.people.tests.factories import UserFactory
from tiengmo.places.events import unit_succeeded
from tiengmo.places.models import Unit
from tiengmo.places.tests.factories import UnitFactory
from tiengmo.search.models import Indexed

from .factories import OfficeFactory, OfficialFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def commune():
    return UnitFactory(in_district=True, name="Xã Y Tý")


@pytest.fixture
def editor(commune):
    return UserFactory(editor=commune)


def an_office(unit, **fields):
    fields = {"name": "UBND xã Y Tý", "address": "Thôn Gia Xá", "hours": usual_hours()} | fields
    return Office(unit=unit, **fields)


def is_found(subject):
    return Indexed.objects.filter(ref=ref_of(subject)).exists()


def test_an_editor_adds_an_office_that_search_finds(commune, editor):
    office = save_office(an_office(commune, phone="0200 3701 100"), by=editor)
    assert office.checked_on == timezone.localdate()
    assert is_found(office)
    assert AuditEntry.objects.filter(action="directory.office_added").count() == 1


def test_an_editor_above_may_and_a_neighbour_may_not(commune):
    save_office(an_office(commune), by=UserFactory(editor=commune.parent))
    neighbour = UserFactory(editor=UnitFactory(parent=commune.parent))
    with pytest.raises(NotAllowed):
        save_office(an_office(commune), by=neighbour)
    with pytest.raises(NotAllowed):
        save_office(an_office(commune), by=UserFactory(operator=commune))
    assert Office.objects.count() == 1


def test_no_form_carries_an_office_into_ones_own_unit(commune, editor):
    theirs = OfficeFactory(unit=UnitFactory(parent=commune.parent))
    theirs.unit = commune
    with pytest.raises(NotAllowed):
        save_office(theirs, by=editor)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "  "},
        {"address": ""},
        {"phone": "gọi anh Páo"},
        {"hours": [["x"]]},
        {"latitude": 22.6},
        {"latitude": 103.7, "longitude": 22.6},
    ],
)
def test_what_is_wrong_is_refused_whole(commune, editor, wrong):
    with pytest.raises(DirectoryError):
        save_office(an_office(commune, **wrong), by=editor)
    assert not Office.objects.exists()


def test_a_closed_office_leaves_pages_and_search(commune, editor):
    office = save_office(an_office(commune), by=editor)
    close_office(office, by=editor)
    assert offices_of(commune) == []
    assert not is_found(office)


def test_who_leaves_is_not_listed_and_cannot_be_rung(commune, editor):
    official = OfficialFactory(unit=commune)
    end_official(official, by=editor)
    official.refresh_from_db()
    assert (official.phone, official.email) == ("", "")
    assert official.name
    assert officials_of(commune) == []
    assert not is_found(official)


def test_a_term_that_never_began_leaves_nothing(commune, editor):
    official = OfficialFactory(unit=commune, valid_from=timezone.localdate() + timedelta(days=9))
    end_official(official, by=editor)
    assert not Official.objects.exists()


def test_terms_begin_and_end_by_the_calendar(commune, editor, time_machine):
    today = timezone.localdate()
    coming = OfficialFactory.build(unit=commune, valid_from=today + timedelta(days=1))
    leaving = OfficialFactory.build(unit=commune, valid_to=today)
    save_official(coming, by=editor)
    save_official(leaving, by=editor)
    assert not is_found(coming)
    assert is_found(leaving)
    time_machine.move_to(timezone.now() + timedelta(days=1))
    follow_dates()
    assert is_found(coming)
    assert not is_found(leaving)
    assert erase_ended() == 1
    leaving.refresh_from_db()
    assert leaving.phone == ""
    assert officials_of(commune) == [coming]


def test_an_official_of_one_unit_works_in_none_of_anothers_offices(commune, editor):
    elsewhere = OfficeFactory()
    with pytest.raises(DirectoryError):
        save_official(OfficialFactory.build(unit=commune, office=elsewhere), by=editor)


def test_what_nobody_looked_at_for_six_months_is_listed_until_somebody_does(commune, editor):
    old = OfficeFactory(unit=commune, forgotten=True)
    OfficialFactory(unit=commune)
    never = OfficialFactory(unit=commune, checked_on=None)
    assert out_of_date(Unit.objects.filter(pk=commune.pk)) == [never, old]
    confirm_checked(old, by=editor)
    confirm_checked(never, by=editor)
    assert out_of_date(Unit.objects.filter(pk=commune.pk)) == []


def test_after_a_merger_houses_stand_and_leaders_are_gone(commune):
    office, official = OfficeFactory(unit=commune), OfficialFactory(unit=commune)
    successor = UnitFactory(name="Xã Mới")
    unit_succeeded.send(
        Unit, predecessor=commune, successor=successor, on=timezone.localdate(), by=SYSTEM
    )
    office.refresh_from_db()
    assert (office.unit, office.checked_on) == (successor, None)
    assert offices_of(successor) == [office]
    assert officials_of(successor) == []
    official.refresh_from_db()
    assert official.valid_to is not None


def test_all_units_take_two_queries(django_assert_num_queries, commune):
    units = [commune, *UnitFactory.create_batch(30, parent=commune.parent)]
    for unit in units:
        OfficeFactory(unit=unit)
        OfficialFactory.create_batch(2, unit=unit)
    with django_assert_num_queries(2):
        rows = first_contacts(units)
    assert len(rows) == 31
    assert all(row.office and row.leader for row in rows)
    assert len(list(all_entries())) == 93
