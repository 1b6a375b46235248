"""Two people give another authority a standing certificate; what it does and what it never does."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tiengmo.alerts.actions import (
    certify_standing,
    give_standing,
    release_alert,
    revoke_standing,
    take_in,
)
from tiengmo.alerts.errors import AlertError, ChangedMeanwhile
from tiengmo.alerts.models import CapFile, Proposal, Standing
from tiengmo.alerts.standing import paper as papers
from tiengmo.alerts.standing.judging import judge
from tiengmo.alerts.workflow import State
from tiengmo.audit.actors import SYSTEM
from tiengmo.people.errors import NotAllowed
from tiengmo.people.tests.factories import UserFactory
from tiengmo.speakers import issuers, keys
from tiengmo.speakers.errors import RootKeyMissing, SpeakerError

from .authority import Authority, warning
from .conftest import PASSPHRASE, with_key
from .standing_papers import propose, refused, season, use
from .test_issue_alert import heard_by

pytestmark = pytest.mark.django_db


def test_one_person_and_the_standing_certificate_are_heard(here, there):
    standing, proposal = there.given(), there.told()
    alert = use(here, standing, proposal)
    assert alert.state == State.ISSUED
    (body,) = heard_by(here.villages[0])
    assert body.status == "Actual"
    assert heard_by(here.neighbour) == []
    # It says nothing longer than they do.
    assert alert.expires_at <= proposal.expires_at
    proposal.refresh_from_db()
    assert proposal.state == Proposal.State.USED
    release_alert(alert)
    assert "<source>Đài khí tượng</source>" in CapFile.objects.get(alert=alert).xml
    assert "Đài khí tượng" in alert.seconder_name


def test_nothing_is_ever_broadcast_by_itself(here, there):
    there.given()
    there.told()
    assert heard_by(here.villages[0]) == []


def test_what_one_person_signed_counts_for_nothing(here, there):
    row = propose(here, there.feed, there.theirs)
    with pytest.raises(AlertError, match="hai người khác nhau"):
        give_standing(row, by=here.composer, passphrase=PASSPHRASE)
    with pytest.raises(AlertError, match="chữ ký của hai người"):
        certify_standing(row, by=SYSTEM)
    refused(here, row, there.told(), "chữ ký của hai người")


def test_strangers_neither_give_nor_revoke(here, there):
    for person in (here.next_door, here.editor):
        with pytest.raises(NotAllowed):
            propose(here, there.feed, there.theirs, by=person)
    row = propose(here, there.feed, there.theirs)
    for person in (here.next_door, here.editor):
        with pytest.raises(NotAllowed):
            give_standing(row, by=person, passphrase=PASSPHRASE)
        with pytest.raises(NotAllowed):
            revoke_standing(row, by=person, reason="không thích")
    with pytest.raises(SpeakerError, match="không đúng"):
        give_standing(row, by=here.above, passphrase="sai roi sai roi")
    give_standing(row, by=here.above, passphrase=PASSPHRASE)
    with pytest.raises(ChangedMeanwhile):
        give_standing(row, by=here.colleague, passphrase=PASSPHRASE)


def test_one_person_with_two_keys_is_one_person(here, there):
    row = propose(here, there.feed, there.theirs)
    second = issuers.make_person_key(here.composer, passphrase=PASSPHRASE)
    issuers.issue_person_key(second, by=SYSTEM)
    text = papers.countersign(row.paper, by=issuers.unlock(second, PASSPHRASE))
    Standing.objects.filter(pk=row.pk).update(paper=text)
    with pytest.raises(AlertError, match="chữ ký của hai người"):
        certify_standing(row, by=SYSTEM)


def test_without_the_root_key_it_waits(here, there):
    row = propose(here, there.feed, there.theirs)
    give_standing(row, by=here.above, passphrase=PASSPHRASE)
    (keys.root_folder() / "root.jwk").rename(keys.root_folder() / "away")
    with pytest.raises(RootKeyMissing):
        certify_standing(row, by=SYSTEM)
    refused(here, row, there.told(), "chưa được chứng nhận")


@pytest.mark.parametrize(
    ("message", "why"),
    [
        ({"event": "Rét hại"}, "loại nguy hiểm khác"),
        ({"sender": "kttv2@example.vn"}, "Người gửi"),
        ({"sent": timedelta(hours=-25)}, "đã cũ"),
    ],
    ids=["another hazard", "another sender", "long ago"],
)
def test_another_message_does_not_count(here, there, message, why):
    if "sent" in message:
        sent = timezone.localtime() + message["sent"]
        message = message | {"sent": sent.replace(microsecond=0)}
    refused(here, there.given(), there.told(**message), why)


@pytest.mark.parametrize("status", ["Test", "Exercise", "System", "Draft"])
def test_their_tests_and_exercises_never_count(here, there, status):
    standing = there.given()
    assert there.told(status=status) is None
    # Even if somebody opened the row in the database.
    Proposal.objects.update(state="open", areas=[here.commune.code])
    refused(here, standing, Proposal.objects.get(), "Tin thử")


def test_an_all_clear_of_theirs_never_counts(here, there):
    standing = there.given()
    there.told(kind="Cancel")
    Proposal.objects.update(state="open", areas=[here.commune.code])
    refused(here, standing, Proposal.objects.get(), "bản cập nhật")


@pytest.mark.parametrize(
    "words", [{"response": "AllClear"}, {"urgency": "Past"}, {"certainty": "Unlikely"}]
)
def test_what_is_no_danger_never_counts(here, there, words):
    standing = there.given()
    there.told(kind="Update", **words)
    refused(here, standing, Proposal.objects.get(), "báo an toàn")


def test_only_the_parts_that_warn_count_and_the_first_end(here, there):
    """One message, four parts: only the last two are a danger still to come."""
    other = with_key(UserFactory(operator=here.district))
    standing = there.given(areas=[here.commune.code, here.other.code], by=other)
    now = timezone.localtime().replace(microsecond=0)
    hours = [timedelta(hours=n) for n in (9, -1, 3, 1)]
    parts = [
        warning(code, expires=now + hour, **more).decode().partition("<info>")[2]
        for (code, more), hour in zip(
            [
                (here.other.code, {"response": "AllClear"}),
                (here.other.code, {}),
                (here.villages[0].code, {}),
                (here.villages[1].code, {}),
            ],
            hours,
            strict=True,
        )
    ]
    whole = warning(here.commune.code, sent=now).decode().partition("<info>")[0]
    infos = "".join(f"<info>{part.partition('</info>')[0]}</info>" for part in parts)
    proposal = there.told(f"{whole}{infos}</alert>".encode())
    counts = judge(standing, proposal)
    assert counts.areas == [here.commune.code]
    assert counts.until == now + timedelta(hours=1)


def test_unsigned_or_signed_by_another(here, there):
    standing = there.given()
    refused(here, standing, there.told(by=None), "chữ ký XML")


def test_signed_by_another(here, there):
    standing = there.given()
    refused(here, standing, there.told(by=Authority()), "chữ ký XML")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<severity>Extreme", "<severity>Severe"),
        ("</info>", "</info><info/>"),
        ("<status>Actual</status>", "<status>Actual</status><note>x</note>"),
    ],
)
def test_a_changed_message(here, there, before, after):
    standing, proposal = there.given(), there.told()
    Proposal.objects.update(xml=proposal.xml.replace(before, after))
    proposal.refresh_from_db()
    assert after in proposal.xml
    refused(here, standing, proposal, "chữ ký XML")


def test_a_signed_message_wrapped_in_another(here, there):
    """The signature is good, of something else in the file than what is read."""
    standing, proposal = there.given(), there.told()
    inner = proposal.xml.partition("?>")[2].strip()
    signature = inner[inner.index("<ds:Signature") : inner.index("</ds:Signature>") + 15]
    forged = warning(here.commune.code).decode().replace("Immediate", "Future")
    for trick in (
        forged.replace("</alert>", f"{inner}</alert>"),
        forged.replace("</alert>", f"{signature}</alert>"),
        forged.replace("</alert>", f"<resource>{inner}</resource>{signature}</alert>"),
    ):
        Proposal.objects.update(xml=trick, state="open")
        proposal.refresh_from_db()
        with pytest.raises(AlertError, match="chữ ký XML"):
            use(here, standing, proposal)
    assert heard_by(here.villages[0]) == []


def test_a_replayed_message_counts_once(here, there):
    standing, proposal = there.given(), there.told()
    raw = proposal.xml.encode()
    use(here, standing, proposal)
    assert take_in(there.feed, raw) is None
    assert Proposal.objects.count() == 1
    with pytest.raises(AlertError, match="đã được dùng"):
        use(here, standing, proposal)
    assert len(heard_by(here.villages[0])) == 1


def test_expired_messages(here, there):
    standing, proposal = there.given(), there.told()
    old = warning(
        here.commune.code,
        sent=timezone.localtime().replace(microsecond=0) - timedelta(hours=3),
        expires=timezone.localtime().replace(microsecond=0) - timedelta(hours=1),
        identifier="KTTV-2",
    )
    late = there.told(old)
    assert late is not proposal
    refused(here, standing, late, "đã hết hạn")


def test_out_of_season(here, there):
    standing = there.given(season=season(30, 60))
    refused(here, standing, there.told(), "ngoài mùa")
