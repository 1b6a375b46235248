from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from speaker_link.enrolment import EnrolmentCode, open_answer
from speaker_link.keys import PrivateKey
from speaker_link.messages import EnrolmentRequest

from tiengmo.audit.actors import SYSTEM
from tiengmo.audit.models import AuditEntry
from tiengmo.people.errors import NotAllowed
from tiengmo.people.tests.factories import UserFactory
from tiengmo.speakers.actions import enrol_box, make_enrolment_code, retire_box
from tiengmo.speakers.errors import EnrolmentRefused
from tiengmo.speakers.models import Box

pytestmark = pytest.mark.django_db


def asking(code, key):
    return EnrolmentRequest(code=code, key=key.public, model="thử", agent_version="1")


def test_a_box_enrols_and_believes_the_answer(village):
    key = PrivateKey.generate()
    code = make_enrolment_code(village, by=SYSTEM, name="Loa chợ", horns=4)
    enrolment = enrol_box(asking(code, key))
    _root, answer, assignment = open_answer(
        enrolment.answer, code=EnrolmentCode.parse(code), key=key.public
    )
    assert answer.body.serial == assignment.body.serial == enrolment.box.serial
    box = Box.objects.get()
    assert (box.name, box.horns, box.village) == ("Loa chợ", 4, village)
    assert (box.households_lo, box.households_hi) == (50, 100)
    assert enrolment.password not in str(box.broker_password)
    assert AuditEntry.objects.filter(action="speakers.box_enrolled").exists()


def test_lost_answer_same_serial_new_password(village):
    key, code = PrivateKey.generate(), make_enrolment_code(village, by=SYSTEM)
    first, second = enrol_box(asking(code, key)), enrol_box(asking(code, key))
    assert first.box.serial == second.box.serial
    assert first.password != second.password
    assert Box.objects.count() == 1


def test_a_used_code_lets_no_other_key_in(village):
    code = make_enrolment_code(village, by=SYSTEM)
    enrol_box(asking(code, PrivateKey.generate()))
    with pytest.raises(EnrolmentRefused):
        enrol_box(asking(code, PrivateKey.generate()))


def test_one_key_is_one_box(village):
    key = PrivateKey.generate()
    enrol_box(asking(make_enrolment_code(village, by=SYSTEM), key))
    with pytest.raises(EnrolmentRefused):
        enrol_box(asking(make_enrolment_code(village, by=SYSTEM), key))


def test_an_expired_code_is_refused_even_to_its_own_box(village):
    key, code = PrivateKey.generate(), make_enrolment_code(village, by=SYSTEM)
    enrol_box(asking(code, key))
    with (
        time_machine.travel(datetime.now(UTC) + timedelta(days=8)),
        pytest.raises(EnrolmentRefused),
    ):
        enrol_box(asking(code, key))


def test_a_retired_box_does_not_come_back_with_its_code(village):
    key, code = PrivateKey.generate(), make_enrolment_code(village, by=SYSTEM)
    retire_box(enrol_box(asking(code, key)).box, by=SYSTEM, reason="hỏng")
    with pytest.raises(EnrolmentRefused):
        enrol_box(asking(code, key))


@pytest.mark.parametrize("code", ["TM-0000", "TM-0000-0000-0000-0000-0000-0000-00"])
def test_codes_that_are_none(village, code):
    with pytest.raises(EnrolmentRefused):
        enrol_box(asking(code, PrivateKey.generate()))


def test_only_a_technician_makes_codes(village):
    with pytest.raises(NotAllowed):
        make_enrolment_code(village, by=UserFactory(operator=village.unit))
    assert make_enrolment_code(village, by=UserFactory(technician=village.unit))
