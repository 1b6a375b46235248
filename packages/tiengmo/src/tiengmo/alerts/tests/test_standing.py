"""Two people give another authority a standing certificate; what it does and what it never does."""

import json
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone
from speaker_link import envelope
from speaker_link.envelope import compose, sign
from speaker_link.errors import RefusalReason, Refused
from speaker_link.messages import Alert as Body
from speaker_link.replay import MemoryReplayCache
from speaker_link.trust import Scope, Trust
from speaker_link.verification import verify

from tiengmo.alerts.actions import (
    certify_standing,
    compose_alert,
    give_standing,
    issue_by_standing,
    propose_standing,
    release_alert,
    revoke_standing,
    second_alert,
    take_in,
)
from tiengmo.alerts.errors import AlertError, ChangedMeanwhile
from tiengmo.alerts.models import CapFile, Feed, Proposal, Standing, Template
from tiengmo.alerts.standing import keys as standing_keys
from tiengmo.alerts.standing import paper as papers
from tiengmo.alerts.workflow import State
from tiengmo.audit.actors import SYSTEM
from tiengmo.people.errors import NotAllowed
from tiengmo.places.queries import area_path
from tiengmo.speakers import issuers, keys
from tiengmo.speakers.errors import RootKeyMissing, SpeakerError
from tiengmo.speakers.models import RetainedMessage

from .authority import Authority, warning
from .conftest import PASSPHRASE
from .factories import drafted
from .test_issue_alert import heard_by

pytestmark = pytest.mark.django_db


def season(first_days, last_days):
    today = timezone.localdate()
    return [
        (today + timedelta(days=days)).strftime("%m-%d").replace("02-29", "02-28")
        for days in (first_days, last_days)
    ]


def propose(here, feed, theirs, **fields):
    first, last = fields.pop("season", season(-30, 60))
    fields = {
        "by": here.composer,
        "sender": "kttv@example.vn",
        "certificate": theirs.certificate,
        "hazard": "flash_flood",
        "events": ["Cảnh báo lũ quét"],
        "areas": [here.commune.code],
        "season_first": first,
        "season_last": last,
        "until": timezone.localdate() + timedelta(days=300),
        "passphrase": PASSPHRASE,
    } | fields
    return propose_standing(feed, **fields)


@pytest.fixture
def there(here):
    """An authority that we follow, and a standing certificate for its flash floods."""
    feed = Feed.objects.create(name="Đài khí tượng", url="https://kttv.example.vn/cap.atom")
    theirs = Authority()

    def given(**fields):
        row = propose(here, feed, theirs, **fields)
        return certify_standing(give_standing(row, by=here.above, passphrase=PASSPHRASE), by=SYSTEM)

    def told(xml=None, *, by=theirs, **more):
        xml = xml or warning(more.pop("code", here.commune.code), **more)
        return take_in(feed, by.signed(xml) if by else xml)

    return SimpleNamespace(feed=feed, theirs=theirs, given=given, told=told)


def use(here, standing, proposal, **fields):
    alert = drafted(here, proposal=proposal, **fields)
    return issue_by_standing(alert, standing, by=alert.composer, passphrase=PASSPHRASE)


def refused(here, standing, proposal, match, **fields):
    with pytest.raises(AlertError, match=match):
        use(here, standing, proposal, **fields)
    assert heard_by(here.villages[0]) == []
    # The plain way is open: another person signs.
    alert = drafted(here, proposal=proposal)
    compose_alert(alert, by=here.composer, passphrase=PASSPHRASE)
    assert second_alert(alert, by=here.above, passphrase=PASSPHRASE).state == State.ISSUED


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
        ({"sent": timezone.now() - timedelta(hours=25)}, "đã cũ"),
    ],
    ids=["another hazard", "another sender", "long ago"],
)
def test_another_message_does_not_count(here, there, message, why):
    if "sent" in message:
        message["sent"] = timezone.localtime(message["sent"]).replace(microsecond=0)
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


def test_boxes_know_the_season_by_themselves(here, there):
    """A server whose own judgement is broken: the certificate that the root gave says it too."""
    standing, proposal = there.given(season=season(30, 60)), there.told()
    alert = drafted(here, proposal=proposal)
    alert = compose_alert(alert, by=here.composer, passphrase=PASSPHRASE)
    paper = papers.peek(standing.paper)
    one = standing.certificates[0]
    early = timezone.datetime.fromisoformat(one["nbf"]) + timedelta(hours=1)
    second = standing_keys.signer(paper, standing.certificates, now=early)
    text = envelope.countersign(alert.payload, by=second, start=timezone.now())
    with pytest.raises(Refused) as refusal:
        judged(here.villages[0], text)
    assert refusal.value.reason is RefusalReason.NOT_YET_VALID


def judged(village, text):
    path = tuple(area_path(village))
    return verify(
        text,
        trust=Trust.in_root(keys.root_public()),
        scope=Scope("loa-x", areas=path, stations=path[1:]),
        now=timezone.now(),
        replay=MemoryReplayCache(),
    )


def test_two_standing_certificates_never_make_an_emergency(here, there):
    one, two = there.given(), there.given(hazard="landslide")
    now = timezone.now()
    signers = [
        standing_keys.signer(papers.peek(row.paper), row.certificates, now=now)
        for row in (one, two)
    ]
    issued = use(here, one, there.told())
    body = envelope.peek(issued.payload).body
    message = compose(
        Body.model_validate(body.model_dump() | {"alert": "gia-mao"}),
        now=now,
        areas=[here.commune.code],
        lives=timedelta(hours=1),
    )
    with pytest.raises(Refused) as refusal:
        judged(here.villages[0], sign(message, by=signers))
    assert refusal.value.reason is RefusalReason.ONE_SIGNATURE_SHORT


def test_expired(here, there):
    standing = there.given()
    proposal = there.told()
    # Whoever sets the date in the database forward gains nothing: what was signed decides.
    paper = papers.peek(standing.paper)
    past = timezone.localdate() - timedelta(days=1)
    signers = [
        issuers.unlock(issuers.own_key(person), PASSPHRASE)
        for person in (here.composer, here.above)
    ]
    text = papers.write(paper.model_copy(update={"until": past.isoformat()}), by=signers[0])
    standing.paper = papers.countersign(text, by=signers[1])
    standing.save()
    refused(here, standing, proposal, "đã hết hạn")


def test_other_areas(here, there):
    standing = there.given()
    proposal = there.told(code=here.district.code)
    assert proposal.areas == [here.district.code]
    alert = drafted(here, by=here.above, areas=[here.district.code], proposal=proposal)
    with pytest.raises(AlertError, match="rộng hơn"):
        issue_by_standing(alert, standing, by=here.above, passphrase=PASSPHRASE)
    assert use(here, standing, proposal).state == State.ISSUED


def test_their_area_is_smaller_than_ours(here, there):
    standing = there.given()
    proposal = there.told(code=here.villages[0].code)
    refused(here, standing, proposal, "rộng hơn")


def test_they_speak_of_our_neighbours(here, there):
    standing = there.given()
    proposal = there.told(code=here.other.code)
    refused(here, standing, proposal, "không chạm tới")


def test_an_alert_of_another_hazard(here, there):
    standing, proposal = there.given(), there.told()
    fire = Template.objects.get(hazard="landslide")
    refused(here, standing, proposal, "loại nguy hiểm khác", template=fire)


@pytest.mark.parametrize("status", ["Exercise", "Test"])
def test_neither_a_drill_nor_a_test(here, there, status):
    standing, proposal = there.given(), there.told()
    refused(here, standing, proposal, "cảnh báo thật", status=status)


def test_not_without_their_message(here, there):
    refused(here, there.given(), None, "soạn từ tin")


def test_revoked_by_one_person_at_once(here, there):
    standing, proposal = there.given(), there.told()
    with pytest.raises(AlertError, match="lý do"):
        revoke_standing(standing, by=here.colleague, reason=" ")
    kept = standing_keys.signer(
        papers.peek(standing.paper), standing.certificates, now=timezone.now()
    )
    revoke_standing(standing, by=here.colleague, reason="Máy chủ của họ bị chiếm")
    standing.refresh_from_db()
    # Boxes are told: a stolen copy of the key is worth nothing either.
    listed = envelope.peek(RetainedMessage.objects.get(topic="tm/1/revocations").payload)
    assert standing.kid in {entry.kid for entry in listed.body.revoked}
    assert kept is not None
    refused(here, standing, proposal, "đã bị thu hồi")


def test_a_database_that_forgets_the_revocation_has_no_key(here, there):
    standing, proposal = there.given(), there.told()
    revoke_standing(standing, by=here.colleague, reason="Nhầm")
    Standing.objects.update(revoked_at=None)
    standing.refresh_from_db()
    refused(here, standing, proposal, "chưa được chứng nhận")


def test_a_giver_whose_key_is_revoked_gave_nothing(here, there):
    standing, proposal = there.given(), there.told()
    issuers.revoke_person_key(issuers.own_key(here.above), by=SYSTEM, reason="mất điện thoại")
    with pytest.raises(AlertError, match="đã bị thu hồi"):
        use(here, standing, proposal)
    assert heard_by(here.villages[0]) == []


def test_a_stolen_database_makes_and_widens_nothing(here, there):
    standing, proposal = there.given(), there.told()
    paper = papers.peek(standing.paper)
    wide = paper.model_copy(update={"areas": [here.district.code], "hazard": "landslide"})
    payload = papers.write(wide, by=envelope.Signer(standing_keys.make()))
    signatures = envelope.jws.split(standing.paper)[1]
    standing.paper = json.dumps(
        {"payload": json.loads(payload)["payload"], "signatures": signatures}
    )
    standing.areas = [here.district.code]
    standing.save()
    refused(here, standing, proposal, "hai chữ ký hợp lệ")


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"certificate": "không phải"}, "Chứng thư"),
        ({"until": timezone.localdate()}, "Ngày hết hạn"),
        ({"until": timezone.localdate() + timedelta(days=800)}, "Ngày hết hạn"),
        ({"season": ("02-30", "03-01")}, "Mùa ghi"),
        ({"events": [" "]}, "tên sự kiện"),
    ],
)
def test_what_is_wrong_with_a_paper_is_said(here, there, fields, why):
    with pytest.raises(AlertError, match=why):
        propose(here, there.feed, there.theirs, **fields)


def test_for_whole_communes_only(here, there):
    with pytest.raises(AlertError, match="cả xã"):
        propose(here, there.feed, there.theirs, areas=[here.villages[0].code])
