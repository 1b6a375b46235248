"""Live sound and alerts, good and bad, a list for each kind."""

import json
from dataclasses import replace
from datetime import timedelta

from cases_to_boxes import LOST, twisted
from frame import Case, to_box
from speaker_link import jws, topics
from speaker_link.envelope import Signer, sign
from speaker_link.errors import RefusalReason as Reason
from speaker_link.keys import encode_base64url
from speaker_link.kinds import Kind, Priority
from speaker_link.specimens import (
    COMMUNE,
    COMMUNE_STATION,
    FIRST_DIRECTOR,
    LOCALITY,
    NOW,
    OTHER_COMMUNE,
    OTHER_COMMUNE_STATION,
    ROOT,
    SCOPE,
    SECOND_DIRECTOR,
    STATION,
    TRUST,
    forge,
    message,
    segment,
    signer,
    stream,
    takeover,
)

TAKEOVER = topics.takeover(LOCALITY, "on-air")
LIVE = topics.live(LOCALITY, "on-air")
ALERT = topics.alert(LOCALITY, "flood-2026-11-21")
BOTH = [FIRST_DIRECTOR, SECOND_DIRECTOR]
URGENT = Priority.EMERGENCY


def takeovers() -> list[Case]:
    def case(name, said, expected=None, *, by=(STATION,), topic=TAKEOVER, **more):
        return to_box(name, sign(said, by=by), expected or said, topic=topic, **more)

    usual = message(takeover())
    ended = message(takeover(version=8, ended=True))
    urgent = message(takeover(kid=FIRST_DIRECTOR.key.kid), priority=URGENT)
    local = message(takeover(station=COMMUNE, kid=COMMUNE_STATION.key.kid), areas=[COMMUNE])
    on_commune = topics.takeover(COMMUNE, "on-air")
    routine = signer("routine", highest_priority=Priority.ROUTINE)
    early = message(usual.body, now=NOW - timedelta(days=1))
    return [
        case("a microphone", usual),
        case("a relay", message(takeover(relay=True))),
        case("over", ended, earlier=[sign(usual, by=[STATION])]),
        case("the same again", usual, earlier=[sign(usual, by=[STATION])]),
        case(
            "on air again by an older version",
            usual,
            Reason.OLDER_VERSION,
            earlier=[sign(ended, by=[STATION])],
        ),
        case(
            "the same version, another stream",
            message(takeover(version=8, stream="stream-2")),
            Reason.OLDER_VERSION,
            earlier=[sign(ended, by=[STATION])],
        ),
        case("the commune's own", local, by=[COMMUNE_STATION], topic=on_commune),
        case("the commune's, by the locality", local, topic=on_commune),
        case("the locality's, by a commune", usual, Reason.WRONG_AREA, by=[COMMUNE_STATION]),
        case("by another commune", usual, Reason.WRONG_AREA, by=[OTHER_COMMUNE_STATION]),
        case("for other areas", message(takeover(), areas=[OTHER_COMMUNE]), Reason.WRONG_AREA),
        case(
            "of a station that this box does not follow",
            local,
            Reason.WRONG_AREA,
            topic=on_commune,
            scope=replace(SCOPE, stations=(LOCALITY,)),
        ),
        case(
            "on another takeover's topic",
            usual,
            Reason.WRONG_AREA,
            topic=topics.takeover(LOCALITY, "other"),
        ),
        case("on another station's topic", usual, Reason.WRONG_AREA, topic=on_commune),
        case("on its segments' topic", usual, Reason.WRONG_KIND, topic=LIVE),
        case("an emergency by two", urgent, by=BOTH),
        case("an emergency by one", urgent, Reason.ONE_SIGNATURE_SHORT, by=[FIRST_DIRECTOR]),
        case(
            "an emergency by two keys of one holder",
            urgent,
            Reason.ONE_SIGNATURE_SHORT,
            by=[FIRST_DIRECTOR, signer("spare", holder="director-1", highest_priority=URGENT)],
        ),
        case(
            "above the key's priority",
            message(takeover(), priority=Priority.PRIORITY),
            Reason.OVER_PRIORITY,
            by=[routine],
        ),
        case(
            "by a key for schedules",
            usual,
            Reason.WRONG_KIND,
            by=[signer("s", kinds=[Kind.SCHEDULE])],
        ),
        case("by the root", usual, Reason.WRONG_KIND, by=[Signer(ROOT)]),
        case(
            "by a revoked key",
            usual,
            Reason.REVOKED,
            trust=replace(TRUST, revoked=frozenset({STATION.key.kid})),
        ),
        case("expired", usual, Reason.EXPIRED, now=usual.exp),
        case(
            "a day too early",
            message(takeover(), now=NOW + timedelta(days=1)),
            Reason.NOT_YET_VALID,
        ),
        case("made a day ago", early),
        case("the time is not known", usual, Reason.UNTRUSTED_TIME, scope=LOST),
        case("an emergency without a clock", urgent, by=BOTH, scope=LOST),
        case("a test on a live box", message(takeover(), test=True), Reason.TEST_MESSAGE),
        twisted(
            "over before it begins",
            usual,
            b'"until":"2026-11-21T07',
            b'"until":"2026-11-21T04',
            topic=TAKEOVER,
        ),
        twisted(
            "for more than a week",
            usual,
            b'"exp":"2026-11-21',
            b'"exp":"2026-11-29',
            topic=TAKEOVER,
        ),
        twisted(
            "a name too long",
            usual,
            b'"stream":"stream-1"',
            b'"stream":"%s"' % (b"s" * 28),
            topic=TAKEOVER,
        ),
    ]


def lives() -> list[Case]:
    on_air = replace(SCOPE, streams=(stream(),))

    def case(name, said, expected=None, *, by=(STATION,), topic=LIVE, scope=on_air, **more):
        return to_box(name, sign(said, by=by), expected or said, topic=topic, scope=scope, **more)

    def bad(name, what, with_what):
        found = twisted(name, usual, what, with_what, topic=LIVE)
        return found | {"box": case(name, usual)["box"]}

    usual = message(segment())
    text = sign(usual, by=[STATION])
    following = message(segment(sequence=4), "the next")
    wrong = Reason.WRONG_STREAM
    urgent_stream = stream(takeover(), priority=URGENT)
    urgent = message(segment(), priority=URGENT)
    half = encode_base64url(b"\x00\x03\xf8\xff\xfe" * 25)
    cut = encode_base64url(b"\x00\x03\xf8\xff\xfe" * 50 + b"\x00")
    moved = jws.parse_json(text) | {
        "payload": jws.parse_json(sign(following, by=[STATION]))["payload"]
    }
    everything = usual.body.packets.encode()
    return [
        case("a second", usual),
        case("the one after", following, earlier=[text]),
        case("after a gap", message(segment(sequence=9, discontinuity=True)), earlier=[text]),
        case("the last", message(segment(last=True))),
        case("replayed", usual, Reason.REPLAYED, earlier=[text]),
        case(
            "the same number, another sound",
            message(segment(start=NOW + timedelta(seconds=3)), "inserted"),
            Reason.REPLAYED,
            earlier=[text],
        ),
        case("after a later one", usual, Reason.REPLAYED, earlier=[sign(following, by=[STATION])]),
        case("the next one's sound under this signature", usual, Reason.BAD_SIGNATURE)
        | {"message": json.dumps(moved)},
        to_box(
            "forged",
            forge(text, by=FIRST_DIRECTOR.key),
            Reason.BAD_SIGNATURE,
            topic=LIVE,
            scope=on_air,
        ),
        case("nothing is on air", usual, wrong, scope=SCOPE),
        case("of another stream", message(segment(stream="stream-2")), wrong),
        case(
            "of another takeover",
            message(segment(takeover="other")),
            wrong,
            topic=topics.live(LOCALITY, "other"),
        ),
        case(
            "on another takeover's topic",
            usual,
            Reason.WRONG_AREA,
            topic=topics.live(LOCALITY, "other"),
        ),
        case("on the takeover's own topic", usual, Reason.WRONG_KIND, topic=TAKEOVER),
        case("by another key of the station", usual, wrong, by=[signer("other key")]),
        case("by two keys", usual, wrong, by=[STATION, FIRST_DIRECTOR]),
        case(
            "by a key for takeovers",
            usual,
            Reason.WRONG_KIND,
            by=[signer("station", kinds=[Kind.TAKEOVER])],
        ),
        case(
            "by a revoked key",
            usual,
            Reason.REVOKED,
            trust=replace(TRUST, revoked=frozenset({"station"})),
        ),
        case("for fewer areas", message(segment(), areas=[COMMUNE]), wrong),
        case("for more areas", message(segment(), areas=[COMMUNE, LOCALITY]), wrong),
        case("for other areas", message(segment(), areas=[OTHER_COMMUNE]), Reason.WRONG_AREA),
        case("above the takeover's priority", urgent, wrong),
        case(
            "below the takeover's priority",
            usual,
            wrong,
            scope=replace(SCOPE, streams=(urgent_stream,)),
        ),
        case(
            "of an emergency, by the key that two holders named",
            urgent,
            scope=replace(SCOPE, streams=(urgent_stream,)),
        ),
        case(
            "after the takeover", usual, wrong, scope=replace(SCOPE, streams=(stream(until=NOW),))
        ),
        case(
            "ten seconds after its instant", usual, Reason.EXPIRED, now=NOW + timedelta(seconds=12)
        ),
        case("before that", usual, now=NOW + timedelta(seconds=11, milliseconds=999)),
        case(
            "the time is not known",
            usual,
            Reason.UNTRUSTED_TIME,
            scope=replace(on_air, time_is_trusted=False),
        ),
        case(
            "an emergency, and the time is not known",
            urgent,
            Reason.UNTRUSTED_TIME,
            scope=replace(SCOPE, streams=(urgent_stream,), time_is_trusted=False),
        ),
        bad(
            "valid long after its instant",
            b'"exp":"2026-11-21T05:00:12.000Z"',
            b'"exp":"2026-11-21T05:00:12.001Z"',
        ),
        bad("half as long as it says", everything, half.encode()),
        bad("a packet cut off", everything, cut.encode()),
        bad("white space in the packets", everything, everything[:8] + b" " + everything[8:]),
        bad("of another codec", b'"codec":"opus"', b'"codec":"mp3"'),
        bad("in stereo", b'"channels":1', b'"channels":2'),
        bad("of 90 milliseconds", b'"duration_ms":1000', b'"duration_ms":90'),
        bad("without a number", b'"sequence":3,', b""),
    ]
