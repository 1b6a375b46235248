"""What somebody who can write to the broker may try, and why no box obeys."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from speaker_link import jws, specimens, topics
from speaker_link.envelope import TYPE, Signer, countersign, sign
from speaker_link.errors import RefusalReason as Reason
from speaker_link.keys import encode_base64url
from speaker_link.kinds import Kind, Priority
from speaker_link.messages import (
    Ack,
    Command,
    Revocations,
    RevokedKey,
    RootRotation,
    TimeAnswer,
)
from speaker_link.replay import MemoryReplayCache
from speaker_link.specimens import (
    COMMUNE_STATION,
    FIRST_DIRECTOR,
    NEW_ROOT,
    NOW,
    OTHER_COMMUNE_STATION,
    ROOT,
    SCOPE,
    SECOND_DIRECTOR,
    SERIAL,
    STATION,
    STRANGER_ROOT,
    TRUST,
    box_message,
    forge,
    item,
    key,
    message,
    schedule,
    signer,
)
from speaker_link.verification import CLOCK_TOLERANCE

VOLUME = message(Command(action="set_volume", volume=100))
EMERGENCY = message(
    schedule(items=[item(priority=Priority.EMERGENCY)]), priority=Priority.EMERGENCY
)


def outer(text):
    return json.loads(text)


def test_a_good_command_is_obeyed(judge):
    told = judge(sign(VOLUME, by=[STATION]), topic=topics.commands(SERIAL))
    assert told.body == VOLUME.body


def test_payload_swapped_under_a_good_signature(refusal):
    parsed = outer(sign(VOLUME, by=[STATION]))
    parsed["payload"] = outer(sign(message(Command(action="retire")), by=[STATION]))["payload"]
    assert refusal(json.dumps(parsed)) is Reason.BAD_SIGNATURE


def test_signed_by_a_stranger_with_a_certificate_of_his_own(refusal):
    own = signer("stranger", root=STRANGER_ROOT)
    assert refusal(sign(VOLUME, by=[own])) is Reason.UNKNOWN_KEY


def test_signed_by_a_stranger_under_the_real_certificate(refusal):
    borrowed = Signer(key("stranger"), STATION.certificate)
    assert refusal(sign(VOLUME, by=[borrowed])) is Reason.BAD_SIGNATURE


def test_signed_by_a_stranger_under_the_real_name_and_certificate(refusal):
    text = forge(sign(VOLUME, by=[STATION]), by=key("stranger"))
    assert refusal(text) is Reason.BAD_SIGNATURE


def test_certificate_forged_in_the_roots_name(refusal):
    forged = signer("stranger", root=STRANGER_ROOT).certificate
    header, payload, signature = forged.split(".")
    claimed = json.loads(jws.decode(header, "header")) | {"kid": ROOT.kid}
    text = ".".join([encode_base64url(json.dumps(claimed).encode()), payload, signature])
    assert refusal(sign(VOLUME, by=[Signer(key("stranger"), text)])) is Reason.BAD_SIGNATURE


def test_a_certified_key_cannot_certify_another(refusal):
    made = signer("stranger", root=STATION.key)
    assert refusal(sign(VOLUME, by=[made])) is Reason.UNKNOWN_KEY


def test_no_certificate_at_all(refusal):
    assert refusal(sign(VOLUME, by=[Signer(key("stranger"))])) is Reason.UNKNOWN_KEY
    assert refusal(sign(VOLUME, by=[Signer(STATION.key)])) is Reason.UNKNOWN_KEY


def test_a_strangers_signature_beside_a_good_one(refusal):
    text = countersign(sign(VOLUME, by=[STATION]), by=Signer(key("stranger")))
    assert refusal(text) is Reason.UNKNOWN_KEY
    parsed = outer(sign(VOLUME, by=[STATION, FIRST_DIRECTOR]))
    parsed["signatures"][1]["signature"] = parsed["signatures"][0]["signature"]
    assert refusal(json.dumps(parsed)) is Reason.BAD_SIGNATURE


def test_command_replayed(judge, refusal):
    text, replay = sign(VOLUME, by=[STATION]), MemoryReplayCache()
    judge(text, replay=replay)
    assert refusal(text, replay=replay) is Reason.REPLAYED
    # Signed again by somebody else it is the same command still.
    assert refusal(sign(VOLUME, by=[COMMUNE_STATION]), replay=replay) is Reason.REPLAYED


def test_a_refused_message_does_not_use_up_its_id(judge, refusal):
    replay = MemoryReplayCache()
    early = sign(message(Command(action="stop"), now=NOW + timedelta(minutes=1)), by=[STATION])
    assert refusal(early, replay=replay) is Reason.NOT_YET_VALID
    judge(early, replay=replay, now=NOW + timedelta(minutes=1))


def test_older_schedule_replayed(judge, refusal):
    replay = MemoryReplayCache()
    newer = sign(message(schedule(version=42, items=[])), by=[STATION])
    judge(newer, replay=replay)
    assert refusal(sign(message(schedule()), by=[STATION]), replay=replay) is Reason.OLDER_VERSION
    other = sign(message(schedule(version=42), name="other"), by=[STATION])
    assert refusal(other, replay=replay) is Reason.OLDER_VERSION
    # A broker hands out what it retained at every connection.
    judge(newer, replay=replay)


def test_one_stations_version_does_not_silence_another(judge):
    replay = MemoryReplayCache()
    judge(sign(message(schedule(version=900)), by=[STATION]), replay=replay)
    local = schedule(version=1, station=specimens.COMMUNE)
    text = sign(message(local, areas=[specimens.COMMUNE]), by=[COMMUNE_STATION])
    assert judge(text, replay=replay).body == local


def test_expired_and_too_early(judge, refusal):
    text = sign(VOLUME, by=[STATION])
    assert refusal(text, now=VOLUME.exp) is Reason.EXPIRED
    judge(text, now=VOLUME.exp - timedelta(milliseconds=1))
    judge(text, now=VOLUME.nbf - CLOCK_TOLERANCE)
    early = VOLUME.nbf - CLOCK_TOLERANCE - timedelta(milliseconds=1)
    assert refusal(text, now=early) is Reason.NOT_YET_VALID


def test_certificate_expired_or_not_valid_yet(refusal):
    stale = signer("station", exp=NOW)
    assert refusal(sign(VOLUME, by=[stale])) is Reason.CERTIFICATE_EXPIRED
    future = signer("station", nbf=NOW + timedelta(minutes=1))
    assert refusal(sign(VOLUME, by=[future])) is Reason.NOT_YET_VALID


def test_another_communes_key(refusal):
    assert refusal(sign(VOLUME, by=[OTHER_COMMUNE_STATION])) is Reason.WRONG_AREA
    body = schedule(station=specimens.OTHER_COMMUNE)
    text = sign(message(body), by=[OTHER_COMMUNE_STATION])
    assert refusal(text) is Reason.WRONG_AREA
    follows = replace(SCOPE, stations=(*SCOPE.stations, specimens.OTHER_COMMUNE))
    assert refusal(text, scope=follows) is Reason.WRONG_AREA


def test_a_communes_key_on_the_localitys_schedule(refusal):
    text = sign(message(schedule(version=10**9)), by=[COMMUNE_STATION])
    assert refusal(text) is Reason.WRONG_AREA


def test_the_localitys_key_on_its_communes_schedule(judge):
    body = schedule(station=specimens.COMMUNE)
    told = judge(sign(message(body), by=[STATION]), topic=topics.schedule(specimens.COMMUNE))
    assert told.body == body


def test_addressed_to_another_box_or_area(refusal):
    to_other = message(Command(action="retire"), to="BX-0008")
    assert refusal(sign(to_other, by=[STATION])) is Reason.WRONG_AREA
    elsewhere = message(schedule(), areas=[specimens.OTHER_COMMUNE])
    assert refusal(sign(elsewhere, by=[STATION])) is Reason.WRONG_AREA
    unfollowed = message(schedule(station=specimens.VILLAGE))
    assert refusal(sign(unfollowed, by=[STATION])) is Reason.WRONG_AREA


def test_an_item_for_elsewhere_is_not_this_boxs_business(judge):
    elsewhere = item("elsewhere", areas=[specimens.OTHER_COMMUNE])
    told = judge(sign(message(schedule(items=[item(), elsewhere])), by=[STATION]))
    assert told.body.items_for(SCOPE.areas) == [item()]


def test_assignment_that_pulls_a_box_over(judge, refusal):
    moved = specimens.ASSIGNMENT.model_copy(
        update={"version": 4, "areas": ["02701-01", "02701", "082"], "stations": ["02701"]}
    )
    taken = sign(message(moved), by=[OTHER_COMMUNE_STATION])
    assert refusal(taken) is Reason.WRONG_AREA
    away = moved.model_copy(update={"areas": ["02701-01", "02701"]})
    assert refusal(sign(message(away), by=[COMMUNE_STATION])) is Reason.WRONG_AREA
    judge(sign(message(moved), by=[STATION]))


def test_over_priority(refusal):
    urgent = message(schedule(items=[item(priority="priority")]), priority=Priority.PRIORITY)
    local = message(
        schedule(station=specimens.COMMUNE, items=[item(priority="priority")]),
        priority=Priority.PRIORITY,
    )
    assert refusal(sign(local, by=[COMMUNE_STATION])) is Reason.OVER_PRIORITY
    assert refusal(sign(EMERGENCY, by=[STATION, FIRST_DIRECTOR])) is Reason.OVER_PRIORITY
    hidden = urgent.model_copy(update={"priority": Priority.ROUTINE})
    assert refusal(sign(hidden, by=[STATION])) is Reason.OVER_PRIORITY


def test_emergency_with_one_signature_stripped(judge, refusal):
    both = sign(EMERGENCY, by=[FIRST_DIRECTOR, SECOND_DIRECTOR])
    judge(both)
    for place in (0, 1):
        parsed = outer(both)
        del parsed["signatures"][place]
        assert refusal(json.dumps(parsed)) is Reason.ONE_SIGNATURE_SHORT


@pytest.mark.parametrize(
    "second",
    [
        FIRST_DIRECTOR,
        signer("first director", serial="again", holder="other", highest_priority="emergency"),
        signer("second key", holder="director-1", highest_priority="emergency"),
        signer("second key", serial="first-director", holder="other", highest_priority="emergency"),
    ],
    ids=["same signature", "same key", "same holder", "same certificate serial"],
)
def test_emergency_signed_twice_by_one(refusal, second):
    text = sign(EMERGENCY, by=[FIRST_DIRECTOR, second])
    assert refusal(text) is Reason.ONE_SIGNATURE_SHORT


def test_emergency_countersigned_elsewhere(judge):
    text = countersign(sign(EMERGENCY, by=[FIRST_DIRECTOR]), by=SECOND_DIRECTOR)
    assert judge(text).priority is Priority.EMERGENCY


def test_emergency_of_which_one_signer_has_no_authority_here(refusal):
    elsewhere = signer("far director", holder="far", areas=["02701"], highest_priority="emergency")
    assert refusal(sign(EMERGENCY, by=[FIRST_DIRECTOR, elsewhere])) is Reason.WRONG_AREA


def test_command_replayed_as_schedule(refusal):
    text = sign(VOLUME, by=[STATION])
    assert refusal(text, topic=topics.schedule(specimens.LOCALITY)) is Reason.WRONG_KIND
    assert refusal(text, topic=topics.commands("BX-0008")) is Reason.WRONG_AREA
    assert refusal(text, topic="tm/2/boxes/x") is Reason.WRONG_KIND
    other = sign(message(schedule()), by=[STATION])
    assert refusal(other, topic=topics.schedule(specimens.COMMUNE)) is Reason.WRONG_AREA


def test_key_for_another_kind(refusal):
    clock = signer("clock", kinds=[Kind.TIME])
    assert refusal(sign(VOLUME, by=[clock])) is Reason.WRONG_KIND
    assert refusal(sign(VOLUME, by=[Signer(ROOT)])) is Reason.WRONG_KIND


def test_certificate_for_what_only_the_root_may_sign():
    with pytest.raises(ValueError, match="only the root key"):
        signer("usurper", kinds=[Kind.REVOCATIONS])


def test_a_boxs_own_words_or_a_certificate_as_a_message(refusal):
    body = box_message(Ack(ids=["x"]))
    text = jws.sign(body.model_dump_json().encode(), typ="tm-box+json", signers=[STATION])
    assert refusal(text) is Reason.WRONG_KIND
    text = jws.sign(b'{"typ":"status"}', typ=TYPE, signers=[STATION])
    assert refusal(text) is Reason.WRONG_KIND
    text = jws.sign(b'{"typ":"firmware"}', typ=TYPE, signers=[STATION])
    assert refusal(text) is Reason.WRONG_KIND


@pytest.mark.parametrize("name", ["certificate", "kid"])
def test_revoked(judge, refusal, name):
    gone = STATION.key.kid if name == "kid" else "station"
    entry = RevokedKey(**{name: gone}, revoked_at=NOW, reason="mất máy")
    told = judge(
        sign(message(Revocations(version=1, revoked=[entry])), by=[Signer(ROOT)]),
        topic=topics.REVOCATIONS,
    )
    trust = TRUST.with_revocations(told.body)
    assert refusal(sign(VOLUME, by=[STATION]), trust=trust) is Reason.REVOKED
    judge(sign(VOLUME, by=[COMMUNE_STATION]), trust=trust)
    # A shorter list takes nothing back.
    later = trust.with_revocations(Revocations(version=2, revoked=[]))
    assert refusal(sign(VOLUME, by=[STATION]), trust=later) is Reason.REVOKED


def test_revocations_by_a_station(refusal):
    text = sign(message(Revocations(version=1, revoked=[])), by=[STATION])
    assert refusal(text) is Reason.WRONG_KIND


ROTATION = message(
    RootRotation(version=1, new_root=NEW_ROOT.public, old_until=NOW + timedelta(days=30))
)


def test_root_rotated(judge, refusal):
    told = judge(sign(ROTATION, by=[Signer(ROOT), Signer(NEW_ROOT)]), topic=topics.ROOT)
    trust = TRUST.with_rotation(told.body)
    renewed = signer("station", root=NEW_ROOT)
    judge(sign(VOLUME, by=[renewed]), trust=trust)
    judge(sign(VOLUME, by=[STATION]), trust=trust)
    late = NOW + timedelta(days=30)
    old = sign(message(Command(action="stop"), now=late), by=[STATION])
    assert refusal(old, trust=trust, now=late) is Reason.UNKNOWN_KEY
    judge(sign(message(Command(action="stop"), now=late), by=[renewed]), trust=trust, now=late)
    # Boxes that know only the new root, or no longer the old one, meet the retained text too.
    again = sign(ROTATION, by=[Signer(ROOT), Signer(NEW_ROOT)])
    judge(again, trust=trust, now=late)


@pytest.mark.parametrize(
    ("by", "reason"),
    [
        ([ROOT], Reason.ONE_SIGNATURE_SHORT),
        ([NEW_ROOT], Reason.UNKNOWN_KEY),
        ([STRANGER_ROOT, NEW_ROOT], Reason.UNKNOWN_KEY),
        ([ROOT, STRANGER_ROOT], Reason.ONE_SIGNATURE_SHORT),
        ([ROOT, NEW_ROOT, STRANGER_ROOT], Reason.UNKNOWN_KEY),
    ],
)
def test_root_rotated_by_half(refusal, by, reason):
    assert refusal(sign(ROTATION, by=[Signer(one) for one in by])) is reason


def test_root_rotated_with_a_forged_second_signature(refusal):
    parsed = outer(sign(ROTATION, by=[Signer(ROOT), Signer(NEW_ROOT)]))
    parsed["signatures"][1]["signature"] = parsed["signatures"][0]["signature"]
    assert refusal(json.dumps(parsed)) is Reason.BAD_SIGNATURE


def test_root_rotated_by_a_station(refusal):
    text = sign(ROTATION, by=[STATION, Signer(NEW_ROOT)])
    assert refusal(text) is Reason.WRONG_KIND


def test_test_message_on_a_live_box(judge, refusal):
    text = sign(message(schedule(), test=True), by=[STATION])
    assert refusal(text) is Reason.TEST_MESSAGE
    judge(text, scope=replace(SCOPE, is_test_mode=True))


def test_box_that_does_not_know_the_time(judge, refusal):
    lost = replace(SCOPE, time_is_trusted=False, nonces=frozenset({"n-1"}))
    assert refusal(sign(VOLUME, by=[STATION]), scope=lost) is Reason.UNTRUSTED_TIME
    assert refusal(sign(message(schedule()), by=[STATION]), scope=lost) is Reason.UNTRUSTED_TIME
    long_ago = NOW - timedelta(days=200)
    judge(sign(EMERGENCY, by=[FIRST_DIRECTOR, SECOND_DIRECTOR]), scope=lost, now=long_ago)
    judge(sign(message(specimens.ASSIGNMENT), by=[STATION]), scope=lost, now=long_ago)
    assert (
        refusal(
            sign(EMERGENCY, by=[FIRST_DIRECTOR, SECOND_DIRECTOR]), scope=lost, now=EMERGENCY.exp
        )
        is Reason.EXPIRED
    )
    told = judge(
        sign(message(TimeAnswer(nonce="n-1", received_at=NOW, sent_at=NOW)), by=[STATION]),
        scope=lost,
        now=long_ago,
    )
    assert told.body.sent_at == NOW


def test_time_answer_nobody_asked_for(refusal):
    text = sign(message(TimeAnswer(nonce="n-2", received_at=NOW, sent_at=NOW)), by=[STATION])
    assert refusal(text, scope=replace(SCOPE, nonces=frozenset({"n-1"}))) is Reason.REPLAYED


def test_time_from_a_certificate_that_was_not_valid_then(refusal):
    waiting = replace(SCOPE, nonces=frozenset({"n-1"}), time_is_trusted=False)
    past = NOW - timedelta(days=900)
    answer = message(TimeAnswer(nonce="n-1", received_at=past, sent_at=past), now=past)
    assert refusal(sign(answer, by=[STATION]), scope=waiting) is Reason.NOT_YET_VALID
    later = NOW + timedelta(days=900)
    answer = message(TimeAnswer(nonce="n-1", received_at=later, sent_at=later), now=later)
    assert refusal(sign(answer, by=[STATION]), scope=waiting) is Reason.CERTIFICATE_EXPIRED
