"""Alerts, good and bad."""

from dataclasses import replace
from datetime import timedelta

from cases_to_boxes import LOST, twisted
from frame import Case, to_box
from speaker_link import jws, topics
from speaker_link.envelope import TYPE, countersign, sign
from speaker_link.errors import RefusalReason as Reason
from speaker_link.kinds import Kind, Priority
from speaker_link.specimens import (
    FIRST_DIRECTOR,
    LOCALITY,
    NOW,
    OTHER_COMMUNE,
    SCOPE,
    SECOND_DIRECTOR,
    STATION,
    TRUST,
    alert,
    forge,
    message,
    signer,
    takeover,
)

TAKEOVER = topics.takeover(LOCALITY, "on-air")
LIVE = topics.live(LOCALITY, "on-air")
ALERT = topics.alert(LOCALITY, "flood-2026-11-21")
BOTH = [FIRST_DIRECTOR, SECOND_DIRECTOR]
URGENT = Priority.EMERGENCY


def alerts() -> list[Case]:
    def case(name, said, expected=None, *, by=BOTH, topic=ALERT, **more):
        return to_box(name, sign(said, by=by), expected or said, topic=topic, **more)

    usual = message(alert())
    update = message(alert(version=2, msg_type="Update", until=NOW + timedelta(hours=3)))
    clear = alert(version=3, msg_type="Cancel", repeat_ms=0, until=NOW + timedelta(minutes=10))
    over = message(clear)
    test = message(alert(status="Test"), test=True)
    short = Reason.ONE_SIGNATURE_SHORT
    bench = replace(SCOPE, is_test_mode=True)
    signed = sign(usual, by=[FIRST_DIRECTOR])
    later = NOW + timedelta(seconds=90)
    timed = countersign(signed, by=SECOND_DIRECTOR, start=later)
    heard = usual.model_copy(update={"body": usual.body.model_copy(update={"start": later})})
    after = countersign(signed, by=SECOND_DIRECTOR, start=usual.body.until)
    before = countersign(signed, by=SECOND_DIRECTOR, start=NOW - timedelta(seconds=1))
    order = countersign(sign(message(takeover()), by=[STATION]), by=SECOND_DIRECTOR, start=NOW)
    again = countersign(signed, by=SECOND_DIRECTOR, start=later + timedelta(minutes=1))
    quiet = jws.sign(
        _raw(usual).replace(b'"priority":"emergency"', b'"priority":"priority"'),
        typ=TYPE,
        signers=BOTH,
    )
    return [
        case("by two holders", usual),
        case("an exercise", message(alert(status="Exercise"))),
        case("an update", update, earlier=[sign(usual, by=BOTH)]),
        case("the all-clear", over, earlier=[sign(update, by=BOTH)]),
        case("an all-clear without words", message(clear.model_copy(update={"editions": []}))),
        case("in place of another", message(alert(references=["flood-2026-11-20"]))),
        case("the same again", usual, earlier=[sign(usual, by=BOTH)]),
        case(
            "replayed after the all-clear",
            usual,
            Reason.OLDER_VERSION,
            earlier=[sign(over, by=BOTH)],
        ),
        case(
            "the all-clear replayed after a newer update",
            over,
            Reason.OLDER_VERSION,
            earlier=[sign(message(alert(version=4, msg_type="Update")), by=BOTH)],
        ),
        case("by one holder", usual, short, by=[FIRST_DIRECTOR]),
        case("twice by one key", usual, short, by=[FIRST_DIRECTOR] * 2),
        case(
            "by two keys of one holder",
            usual,
            short,
            by=[FIRST_DIRECTOR, signer("spare", holder="director-1", highest_priority=URGENT)],
        ),
        case(
            "an exercise by one holder",
            message(alert(status="Exercise")),
            short,
            by=[FIRST_DIRECTOR],
        ),
        case("the all-clear by one holder", over, short, by=[FIRST_DIRECTOR]),
        case("with a station's key", usual, Reason.OVER_PRIORITY, by=[STATION, FIRST_DIRECTOR]),
        case(
            "with a key for schedules",
            usual,
            Reason.WRONG_KIND,
            by=[FIRST_DIRECTOR, signer("s", kinds=[Kind.SCHEDULE], highest_priority=URGENT)],
        ),
        case(
            "one of the keys is revoked",
            usual,
            Reason.REVOKED,
            trust=replace(TRUST, revoked=frozenset({SECOND_DIRECTOR.key.kid})),
        ),
        to_box(
            "the second signature forged",
            forge(sign(usual, by=BOTH[::-1]), by=STATION.key),
            Reason.BAD_SIGNATURE,
            topic=ALERT,
        ),
        case("for other areas", message(alert(), areas=[OTHER_COMMUNE]), Reason.WRONG_AREA),
        case(
            "by another commune's holders",
            usual,
            Reason.WRONG_AREA,
            by=[
                signer(name, areas=[OTHER_COMMUNE], highest_priority=URGENT)
                for name in ("third director", "fourth director")
            ],
        ),
        case(
            "on another alert's topic",
            usual,
            Reason.WRONG_AREA,
            topic=topics.alert(LOCALITY, "other"),
        ),
        case("without a clock", usual, scope=LOST),
        case("expired", usual, Reason.EXPIRED, now=usual.exp),
        case("a test to a test bench", test, by=[FIRST_DIRECTOR], scope=bench),
        case("a test to a live box", test, Reason.TEST_MESSAGE, by=[FIRST_DIRECTOR]),
        case("a test by two to a live box", test, Reason.TEST_MESSAGE),
        to_box("its instant said by the second holder", timed, heard, topic=ALERT),
        to_box(
            "at another instant, the same version",
            again,
            Reason.OLDER_VERSION,
            topic=ALERT,
            earlier=[timed],
        ),
        to_box("an instant before the message", before, Reason.MALFORMED, topic=ALERT),
        to_box("an instant when it is over", after, Reason.MALFORMED, topic=ALERT),
        to_box("an instant for a takeover", order, Reason.MALFORMED, topic=TAKEOVER),
        to_box("below an emergency", quiet, Reason.MALFORMED, topic=ALERT),
        twisted(
            "a test that does not say so",
            usual,
            b'"status":"Actual"',
            b'"status":"Test"',
            topic=ALERT,
        ),
        twisted("no test, and says so", usual, b'"test":false', b'"test":true', topic=ALERT),
        twisted("without words", usual, _editions(usual), b"[]", topic=ALERT),
        twisted(
            "an all-clear again and again",
            usual,
            b'"msg_type":"Alert"',
            b'"msg_type":"Cancel"',
            topic=ALERT,
        ),
        twisted(
            "again before it ends", usual, b'"repeat_ms":120000', b'"repeat_ms":63039', topic=ALERT
        ),
        twisted(
            "in place of itself",
            usual,
            b'"references":[]',
            b'"references":["flood-2026-11-21"]',
            topic=ALERT,
        ),
        twisted(
            "over before it begins",
            usual,
            b'"until":"2026-11-21T06',
            b'"until":"2026-11-21T04',
            topic=ALERT,
        ),
    ]


def _raw(said) -> bytes:
    return said.model_dump_json(exclude_none=True).encode()


def _editions(said) -> bytes:
    raw = _raw(said)
    start = raw.index(b'"editions":') + len(b'"editions":')
    return raw[start : raw.index(b"]", start) + 1]
