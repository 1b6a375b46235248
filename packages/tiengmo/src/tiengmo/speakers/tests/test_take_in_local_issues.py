"""What two people issued at a box is stored once, judged again, audited and shown."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from speaker_link import envelope, topics
from speaker_link.boxes import compose_from_box, sign_as_box
from speaker_link.key_files import read_key_file
from speaker_link.local_issues import LocalIssue as Report
from speaker_link.messages import Alert, Command, Edition, RevokedKey

from tiengmo.audit.models import AuditEntry
from tiengmo.people.tests.factories import sign_in
from tiengmo.speakers import models
from tiengmo.speakers.actions.ingest import Arrival, ingest
from tiengmo.speakers.errors import SpeakerError
from tiengmo.speakers.issuers import carry_key, revoke_person_key, unlock
from tiengmo.speakers.tests.factories import BoxFactory

from .test_issue_alert import PASSPHRASE, issuer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _quick_sealing(monkeypatch):
    monkeypatch.setattr("speaker_link.sealing.N", 2**10)


@pytest.fixture
def box(village):
    return BoxFactory(village=village)


def signed(box, rows, *, areas=None):
    now = timezone.now()
    unit = box.village.unit
    body = Alert(
        version=1,
        alert="local-0123456789abcdef",
        station=unit.code,
        status="Actual",
        msg_type="Alert",
        title="Lũ quét suối Lũng Pô",
        start=now,
        until=now + timedelta(hours=1),
        editions=[Edition(language="vi", sha256="a" * 64, bytes=10, duration_ms=1000)],
    )
    message = envelope.compose(body, now=now, areas=areas or [unit.code])
    return envelope.sign(message, by=[unlock(row, PASSPHRASE) for row in rows])


def report(box, text, identifier="report-1"):
    body = Report(
        text=text,
        way="signed_here",
        issued_at=timezone.now(),
        time_is_trusted=True,
        link_down_seconds=300,
    )
    message = compose_from_box(
        body, now=timezone.now(), box=box.serial, session=1, sequence=1, id=identifier
    )
    raw = sign_as_box(message, box.private_key).encode()
    return Arrival(topics.reports(box.serial), raw, timezone.now())


@pytest.fixture
def two(box):
    unit = box.village.unit
    people = [issuer(unit)[0], issuer(unit, operator=unit)[0]]
    return [models.IssuerKey.objects.get(user=one) for one in people]


def test_stored_once_and_audited(box, two):
    arrival = report(box, signed(box, two))
    assert ingest([arrival]).stored[box.serial] == ["report-1"]
    assert ingest([arrival]).stored[box.serial] == ["report-1"]
    row = models.LocalIssue.objects.get()
    assert row.doubt == ""
    assert row.signers == [one.holder for one in two]
    assert row.title == "Lũ quét suối Lũng Pô"
    assert AuditEntry.objects.filter(action="speakers.issued_locally").count() == 1


@pytest.mark.parametrize("case", ["one", "same person twice", "elsewhere", "revoked", "garbage"])
def test_what_does_not_hold_is_kept_with_its_doubt(box, two, case):
    text = {
        "one": lambda: signed(box, two[:1]),
        "same person twice": lambda: signed(box, [two[0], two[0]]),
        "elsewhere": lambda: signed(box, two, areas=["99999"]),
        "revoked": lambda: signed(box, two),
        "garbage": lambda: "{}",
    }[case]()
    if case == "revoked":
        revoke_person_key(two[1], by=two[1].user, reason="mất máy")
    expected = {
        "one": "one_signature_short",
        "same person twice": "one_signature_short",
        "elsewhere": "wrong_area",
        "revoked": "revoked",
        "garbage": "malformed",
    }[case]
    assert ingest([report(box, text)]).stored[box.serial] == ["report-1"]
    assert models.LocalIssue.objects.get().doubt == expected


def test_what_no_box_may_issue_is_taken_in_and_doubted(box, two):
    body = Command(action="test_tone", duration_ms=100)
    message = envelope.compose(body, now=timezone.now(), to=box.serial)
    text = envelope.sign(message, by=[unlock(row, PASSPHRASE) for row in two])
    assert ingest([report(box, text)]).stored[box.serial] == ["report-1"]
    row = models.LocalIssue.objects.get()
    assert (row.kind, row.doubt) == ("command", "wrong_kind")


def test_a_key_that_another_app_revoked_holds_no_more(box, two, monkeypatch):
    now = timezone.now()
    revoked = RevokedKey(kid=two[0].kid, revoked_at=now - timedelta(hours=1), reason="mất máy")
    monkeypatch.setattr("tiengmo.speakers.revocations._elsewhere", [lambda: [revoked]])
    ingest([report(box, signed(box, two))])
    assert models.LocalIssue.objects.get().doubt == "revoked"


def test_listing_them_takes_no_query_for_each(client, box, two, django_assert_max_num_queries):
    sign_in(client, two[0].user)
    for number in range(3):
        ingest([report(box, signed(box, two), f"report-{number}")])
    page = reverse("speakers_local")
    with CaptureQueriesContext(connection) as three:
        client.get(page)
    for number in range(3, 8):
        ingest([report(box, signed(box, two), f"report-{number}")])
    with django_assert_max_num_queries(len(three)):
        client.get(page)


def test_shown_to_who_sees_the_box(client, box, two):
    ingest([report(box, signed(box, two))])
    sign_in(client, two[0].user)
    page = client.get(reverse("speakers_local")).content.decode()
    assert "Lũ quét suối Lũng Pô" in page
    assert "đúng, đủ hai người" in page


def test_take_one_s_own_key_along(box, two):
    row = two[0]
    file = read_key_file(carry_key(row, by=row.user).encode())
    assert file.open(PASSPHRASE).kid == row.kid
    assert AuditEntry.objects.filter(action="speakers.person_key_carried").count() == 1
    with pytest.raises(SpeakerError):
        carry_key(row, by=two[1].user)
    revoke_person_key(row, by=row.user, reason="mất máy")
    row.refresh_from_db()
    with pytest.raises(SpeakerError):
        carry_key(row, by=row.user)
