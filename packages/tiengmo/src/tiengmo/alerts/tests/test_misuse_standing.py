"""What boxes refuse, what a stolen database is worth, and what ends a standing certificate."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone
from speaker_link import envelope
from speaker_link.envelope import compose, sign
from speaker_link.errors import RefusalReason, Refused
from speaker_link.messages import Alert as Body
from speaker_link.messages import Revocations, RevokedKey
from speaker_link.replay import MemoryReplayCache
from speaker_link.trust import Scope, Trust
from speaker_link.verification import verify

from tiengmo.alerts.actions import (
    compose_alert,
    issue_by_standing,
    revoke_standing,
    save_feed,
    second_alert,
)
from tiengmo.alerts.errors import AlertError
from tiengmo.alerts.models import Feed, Standing, Template
from tiengmo.alerts.standing import keys as standing_keys
from tiengmo.alerts.standing import paper as papers
from tiengmo.alerts.workflow import State
from tiengmo.audit.actors import SYSTEM
from tiengmo.people.errors import NotAllowed
from tiengmo.people.tests.factories import UserFactory
from tiengmo.places.queries import area_path
from tiengmo.speakers import issuers, keys
from tiengmo.speakers.errors import SpeakerError
from tiengmo.speakers.models import IssuerKey, RetainedMessage

from .conftest import PASSPHRASE
from .factories import drafted
from .standing_papers import propose, refused, season, use
from .test_issue_alert import heard_by

pytestmark = pytest.mark.django_db


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


def test_its_feed_keeps_its_address_while_it_is_in_force(here, there):
    standing = there.given()
    top = UserFactory(administrator=here.district)
    there.feed.url = "https://gom.example.vn/cap.atom"
    for person in (here.above, UserFactory(administrator=here.commune)):
        with pytest.raises(NotAllowed):
            save_feed(there.feed, by=person)
    with pytest.raises(AlertError, match="thu hồi giấy ấy"):
        save_feed(there.feed, by=top)
    revoke_standing(standing, by=here.colleague, reason="Đổi địa chỉ")
    save_feed(there.feed, by=top)
    assert Feed.objects.get().url == "https://gom.example.vn/cap.atom"


@pytest.mark.parametrize(
    ("is_root_here", "why"), [(True, "đã bị thu hồi"), (False, "chưa được chứng nhận")]
)
def test_a_database_that_forgets_the_revocation(here, there, settings, is_root_here, why):
    """The root's list says it; and without one the key is gone."""
    standing, proposal = there.given(), there.told()
    if not is_root_here:
        (settings.KEYS / "root" / "root.jwk").unlink()
    revoke_standing(standing, by=here.colleague, reason="Nhầm")
    Standing.objects.update(revoked_at=None)
    standing.refresh_from_db()
    refused(here, standing, proposal, why)


def test_a_changed_column_saves_no_key(here, there):
    """Otherwise the key named on the paper would live on, and another's would be destroyed."""
    standing, other = there.given(), there.given(hazard="landslide")
    own, others = standing.kid, other.kid
    Standing.objects.filter(pk=other.pk).update(kid="x")
    Standing.objects.filter(pk=standing.pk).update(kid=others)
    revoke_standing(standing, by=here.colleague, reason="Nhầm")
    now = timezone.now()
    kept = [
        standing_keys.signer(papers.peek(row.paper), row.certificates, now=now) is not None
        for row in (standing, other)
    ]
    assert kept == [False, True]
    listed = envelope.peek(RetainedMessage.objects.get(topic="tm/1/revocations").payload)
    found = {entry.kid for entry in listed.body.revoked}
    assert own in found
    assert others not in found


def test_a_giver_whose_key_is_revoked_gave_nothing(here, there):
    standing, proposal = there.given(), there.told()
    issuers.revoke_person_key(issuers.own_key(here.above), by=SYSTEM, reason="mất điện thoại")
    with pytest.raises(AlertError, match="đã bị thu hồi"):
        use(here, standing, proposal)
    assert heard_by(here.villages[0]) == []


@pytest.mark.parametrize("forgets", ["the row", "the list too", "the file too"])
def test_a_database_that_forgets_that_a_giver_was_revoked(here, there, settings, forgets):
    """What the root has signed is what counts, in the database or beside its public key."""
    standing, proposal = there.given(), there.told()
    stranger = issuers.own_key(here.next_door)
    issuers.revoke_person_key(stranger, by=SYSTEM, reason="đổi máy")
    older = RetainedMessage.objects.get(topic="tm/1/revocations").payload
    giver = issuers.own_key(here.above)
    issuers.revoke_person_key(giver, by=SYSTEM, reason="mất điện thoại")
    IssuerKey.objects.update(revoked_at=None, revocation_reason="")
    if forgets == "the list too":
        RetainedMessage.objects.update(payload=older)
    if forgets == "the file too":
        (settings.KEYS / "revocations.json").write_text(older)
    with pytest.raises(AlertError, match="đã bị thu hồi"):
        use(here, standing, proposal)
    assert heard_by(here.villages[0]) == []
    # Nor can they sign themselves.
    alert = drafted(here, proposal=proposal)
    compose_alert(alert, by=here.composer, passphrase=PASSPHRASE)
    with pytest.raises(SpeakerError, match="đã bị thu hồi"):
        second_alert(alert, by=here.above, passphrase=PASSPHRASE)
    # The next list that the root signs says it as well.
    revoke_standing(standing, by=here.colleague, reason="Thôi dùng")
    listed = envelope.peek(RetainedMessage.objects.get(topic="tm/1/revocations").payload)
    assert {giver.kid, stranger.kid, standing.kid} == {one.kid for one in listed.body.revoked}


def test_a_list_that_the_root_has_not_signed_revokes_nothing(here, there, settings):
    standing, proposal = there.given(), there.told()
    entry = RevokedKey(kid=issuers.own_key(here.above).kid, revoked_at=timezone.now())
    message = compose(Revocations(version=99, revoked=[entry]), now=timezone.now())
    forged = sign(message, by=[envelope.Signer(standing_keys.make())])
    (settings.KEYS / "revocations.json").write_text(forged)
    assert use(here, standing, proposal).state == State.ISSUED


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
        ({"until": timedelta(0)}, "Ngày hết hạn"),
        ({"until": timedelta(days=800)}, "Ngày hết hạn"),
        ({"season": ("02-30", "03-01")}, "Mùa ghi"),
        ({"events": [" "]}, "tên sự kiện"),
    ],
)
def test_what_is_wrong_with_a_paper_is_said(here, there, fields, why):
    if "until" in fields:
        fields = {"until": timezone.localdate() + fields["until"]}
    with pytest.raises(AlertError, match=why):
        propose(here, there.feed, there.theirs, **fields)


def test_for_whole_communes_only(here, there):
    with pytest.raises(AlertError, match="cả xã"):
        propose(here, there.feed, there.theirs, areas=[here.villages[0].code])
