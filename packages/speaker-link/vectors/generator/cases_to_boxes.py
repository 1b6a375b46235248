"""Messages to boxes, good and bad, a list for each kind."""

import json
from dataclasses import replace
from datetime import timedelta

from frame import Case, to_box
from speaker_link import jws, specimens, topics
from speaker_link.envelope import TYPE, Signer, sign
from speaker_link.errors import RefusalReason as Reason
from speaker_link.kinds import Kind, Priority
from speaker_link.messages import (
    Ack,
    Command,
    Revocations,
    RevokedKey,
    RootRotation,
    TimeAnswer,
)
from speaker_link.specimens import (
    ASSIGNMENT,
    COMMUNE,
    COMMUNE_STATION,
    FIRST_DIRECTOR,
    LOCALITY,
    NEW_ROOT,
    NOW,
    OTHER_COMMUNE,
    OTHER_COMMUNE_STATION,
    ROOT,
    SCOPE,
    SECOND_DIRECTOR,
    SERIAL,
    STATION,
    STRANGER_ROOT,
    TRUST,
    item,
    message,
    schedule,
    signer,
)

COMMANDS = topics.commands(SERIAL)
SCHEDULE = topics.schedule(LOCALITY)
VOLUME = message(Command(action="set_volume", volume=45))
VOLUME_TEXT = sign(VOLUME, by=[STATION])
LOST = replace(SCOPE, time_is_trusted=False, nonces=frozenset({"n-20261121-1"}))


def twisted(name, said, what, with_what, *, topic, by=STATION) -> Case:
    """A message that its signer changed into one that no program of ours would write."""
    raw = said.model_dump_json(exclude_none=True).encode()
    if raw.count(what) == 0:
        raise ValueError(f"{what!r} is not in it")
    text = jws.sign(raw.replace(what, with_what), typ=TYPE, signers=[by])
    return to_box(name, text, Reason.MALFORMED, topic=topic)


def command() -> list[Case]:
    def good(name, body, **more):
        said = message(body, name)
        return to_box(name, sign(said, by=[STATION]), said, topic=COMMANDS, **more)

    def bad(name, said, reason, *, by=STATION, topic=COMMANDS, **more):
        return to_box(name, sign(said, by=[by]), reason, topic=topic, **more)

    retire = message(Command(action="retire"))
    return [
        good("set volume", Command(action="set_volume", volume=45)),
        good("test tone", Command(action="test_tone", duration_ms=3000)),
        good("stop", Command(action="stop")),
        good("stop one item", Command(action="stop", item_id=item().id)),
        good("refresh schedule", Command(action="refresh_schedule")),
        good("retire", Command(action="retire")),
        good("send the log", Command(action="send_log", lines=200)),
        good("a silent self-test", Command(action="self_test", is_silent=True)),
        good(
            "install a program",
            Command(
                action="install_update",
                updates=[sign(message(specimens.update()), by=[specimens.UPDATE_KEY])],
            ),
        ),
        good("cancel it", Command(action="cancel_update")),
        bad("replayed", VOLUME, Reason.REPLAYED, earlier=[VOLUME_TEXT]),
        bad("expired", VOLUME, Reason.EXPIRED, now=VOLUME.exp),
        bad("too early", VOLUME, Reason.NOT_YET_VALID, now=NOW - timedelta(seconds=6)),
        to_box("five seconds early", VOLUME_TEXT, VOLUME, now=NOW - timedelta(seconds=5)),
        bad("for another box", message(retire.body, to="BX-0008"), Reason.WRONG_AREA),
        bad("another commune's key", VOLUME, Reason.WRONG_AREA, by=OTHER_COMMUNE_STATION),
        bad("on a schedule's topic", VOLUME, Reason.WRONG_KIND, topic=SCHEDULE),
        bad("on another box's topic", VOLUME, Reason.WRONG_AREA, topic=topics.commands("BX-8")),
        bad("a key for time only", VOLUME, Reason.WRONG_KIND, by=signer("t", kinds=[Kind.TIME])),
        bad("signed by the root", VOLUME, Reason.WRONG_KIND, by=Signer(ROOT)),
        bad("the time is not known", VOLUME, Reason.UNTRUSTED_TIME, scope=LOST),
        bad("a test", message(VOLUME.body, test=True), Reason.TEST_MESSAGE),
        bad(
            "above the key's priority",
            message(VOLUME.body, priority=Priority.PRIORITY),
            Reason.OVER_PRIORITY,
            by=COMMUNE_STATION,
        ),
        twisted("a volume to retire with", VOLUME, b"set_volume", b"retire", topic=COMMANDS),
        twisted(
            "a duration with a volume",
            VOLUME,
            b'"volume":45',
            b'"volume":45,"duration_ms":500',
            topic=COMMANDS,
        ),
        twisted(
            "an item with a volume",
            VOLUME,
            b'"volume":45',
            b'"volume":45,"item_id":"a"',
            topic=COMMANDS,
        ),
        twisted("lines to retire with", VOLUME, b'"volume":45', b'"lines":45', topic=COMMANDS),
        twisted("a self-test of no kind", VOLUME, b"set_volume", b"self_test", topic=COMMANDS),
        twisted("nothing to install", VOLUME, b"set_volume", b"install_update", topic=COMMANDS),
        twisted("no volume to set", VOLUME, b',"volume":45', b"", topic=COMMANDS),
        twisted("for ten years", VOLUME, b'"exp":"2026', b'"exp":"2036', topic=COMMANDS),
        twisted("never valid", VOLUME, b'"exp":"2026', b'"exp":"2025', topic=COMMANDS),
        twisted(
            "on 31 November", VOLUME, b'"exp":"2026-11-21', b'"exp":"2026-11-31', topic=COMMANDS
        ),
    ]


def schedules() -> list[Case]:
    def case(name, said, expected=None, *, by=(STATION,), topic=SCHEDULE, **more):
        return to_box(name, sign(said, by=by), expected or said, topic=topic, **more)

    usual = message(schedule())
    local = message(schedule(station=COMMUNE), areas=[COMMUNE])
    urgent = message(schedule(items=[item(priority="emergency")]))
    both = [FIRST_DIRECTOR, SECOND_DIRECTOR]
    newer = sign(message(schedule(version=42, items=[])), by=[STATION])
    elsewhere = item("elsewhere", areas=[OTHER_COMMUNE])
    hidden = message(schedule(items=[item(priority="priority")]), priority=Priority.ROUTINE)
    high = message(schedule(station=COMMUNE, items=[item(priority="priority")]))
    other = message(schedule(station=OTHER_COMMUNE))
    short = Reason.ONE_SIGNATURE_SHORT
    of_commune = topics.schedule(COMMUNE)
    return [
        case("48 hours", usual),
        case("nothing to play", message(schedule(items=[]))),
        case("an item withdrawn", message(schedule(items=[], withdrawn_items=[item().id]))),
        case("one item for elsewhere", message(schedule(items=[item(), elsewhere]))),
        case("the commune's own", local, by=[COMMUNE_STATION], topic=of_commune),
        case("the commune's, by the locality", local, topic=of_commune),
        case("the same again", usual, earlier=[sign(usual, by=[STATION])]),
        case("an older version", usual, Reason.OLDER_VERSION, earlier=[newer]),
        case(
            "the same version, another content",
            message(schedule(version=42)),
            Reason.OLDER_VERSION,
            earlier=[newer],
        ),
        case("an emergency by two", urgent, by=both),
        case("an emergency by one", urgent, short, by=[FIRST_DIRECTOR]),
        case("an emergency twice by one key", urgent, short, by=[FIRST_DIRECTOR] * 2),
        case(
            "an emergency by two keys of one holder",
            urgent,
            short,
            by=[FIRST_DIRECTOR, signer("b", holder="director-1", highest_priority="emergency")],
        ),
        case(
            "an emergency, one signer without the right",
            urgent,
            Reason.OVER_PRIORITY,
            by=[FIRST_DIRECTOR, STATION],
        ),
        case("an emergency without a clock", urgent, by=both, scope=LOST),
        case("an item above its schedule's priority", hidden, Reason.OVER_PRIORITY),
        case(
            "above the key's priority",
            high,
            Reason.OVER_PRIORITY,
            by=[COMMUNE_STATION],
            topic=of_commune,
        ),
        case(
            "the locality's schedule by a commune's key",
            usual,
            Reason.WRONG_AREA,
            by=[COMMUNE_STATION],
        ),
        case(
            "another commune's station and key",
            other,
            Reason.WRONG_AREA,
            by=[OTHER_COMMUNE_STATION],
            topic=topics.schedule(OTHER_COMMUNE),
            scope=replace(SCOPE, stations=(LOCALITY, COMMUNE, OTHER_COMMUNE)),
        ),
        case("for other areas", message(schedule(), areas=[OTHER_COMMUNE]), Reason.WRONG_AREA),
        twisted(
            "two items with one id",
            message(schedule(items=[item(), elsewhere])),
            elsewhere.id.encode(),
            item().id.encode(),
            topic=SCHEDULE,
        ),
        twisted(
            "an item scheduled and withdrawn",
            usual,
            b'"withdrawn_items":[]',
            b'"withdrawn_items":["%s"]' % item().id.encode(),
            topic=SCHEDULE,
        ),
        twisted(
            "over before it begins",
            usual,
            b'"start_before":"2026-11-21T05:35',
            b'"start_before":"2026-11-21T05:30',
            topic=SCHEDULE,
        ),
        twisted("no edition", usual, b'"editions":[', b'"edition":[', topic=SCHEDULE),
        case(
            "a station that this box does not follow",
            local,
            Reason.WRONG_AREA,
            topic=of_commune,
            scope=replace(SCOPE, stations=(LOCALITY,)),
        ),
        twisted(
            "over before it is valid",
            usual,
            b'"valid_to":"2026-11-23',
            b'"valid_to":"2026-11-20',
            topic=SCHEDULE,
        ),
        case("on another station's topic", usual, Reason.WRONG_AREA, topic=of_commune),
        case("expired", usual, Reason.EXPIRED, now=usual.exp),
        case("the time is not known", usual, Reason.UNTRUSTED_TIME, scope=LOST),
        case("a test on a live box", message(schedule(), test=True), Reason.TEST_MESSAGE),
        case(
            "a test on a test bench",
            message(schedule(), test=True),
            scope=replace(SCOPE, is_test_mode=True),
        ),
    ]


def assignment() -> list[Case]:
    topic = topics.assignment(SERIAL)
    first = message(ASSIGNMENT)
    new = replace(SCOPE, areas=(), stations=())
    moved = ASSIGNMENT.model_copy(
        update={"version": 4, "areas": ["02701-01", "02701", "082"], "stations": ["02701"]}
    )
    away = moved.model_copy(update={"areas": ["02701-01", "02701"]})
    of_other = ASSIGNMENT.model_copy(update={"serial": "BX-0008"})

    def case(name, said, expected=None, *, by=STATION, **more):
        return to_box(name, sign(said, by=[by]), expected or said, topic=topic, **more)

    newer = sign(message(moved), by=[STATION])
    return [
        case("the first", first, scope=new),
        case("by the root", first, by=Signer(ROOT)),
        case("without a clock", first, scope=LOST, now=NOW - timedelta(days=90)),
        case("moved by the locality", message(moved)),
        case(
            "taken by another commune", message(moved), Reason.WRONG_AREA, by=OTHER_COMMUNE_STATION
        ),
        case("sent away by its commune", message(away), Reason.WRONG_AREA, by=COMMUNE_STATION),
        case("another box's", message(of_other), Reason.WRONG_AREA),
        twisted("louder than allowed", first, b'"volume":60', b'"volume":86', topic=topic),
        twisted("quiet for no time", first, b'"ends":"04:30"', b'"ends":"22:00"', topic=topic),
        case("an older version", first, Reason.OLDER_VERSION, earlier=[newer]),
    ]


def revocations() -> list[Case]:
    entry = RevokedKey(certificate="station", revoked_at=NOW, reason="máy bị mất")
    said = message(Revocations(version=2, revoked=[entry]))
    text = sign(said, by=[Signer(ROOT)])
    older = message(Revocations(version=1, revoked=[]))
    topic = topics.REVOCATIONS
    return [
        to_box("by the root", text, said, topic=topic),
        to_box("by a station", sign(said, by=[STATION]), Reason.WRONG_KIND, topic=topic),
        twisted(
            "a certificate and a key in one entry",
            said,
            b'"certificate":"station"',
            b'"certificate":"station","kid":"%s"' % STATION.key.kid.encode(),
            topic=topic,
            by=Signer(ROOT),
        ),
        to_box(
            "an older list",
            sign(older, by=[Signer(ROOT)]),
            Reason.OLDER_VERSION,
            topic=topic,
            earlier=[text],
        ),
    ]


def root_rotation() -> list[Case]:
    said = message(
        RootRotation(version=1, new_root=NEW_ROOT.public, old_until=NOW + timedelta(days=30))
    )
    after = TRUST.with_rotation(said.body)
    late = NOW + timedelta(days=31)
    renewed = sign(message(VOLUME.body, now=late), by=[signer("station", root=NEW_ROOT)])
    old = message(VOLUME.body, now=late)

    def case(name, by, expected, **more):
        text = sign(said, by=[Signer(one) for one in by])
        return to_box(name, text, expected, topic=topics.ROOT, **more)

    payload, (first, second) = jws.split(sign(said, by=[Signer(ROOT), Signer(NEW_ROOT)]))
    forged = second | {"signature": first["signature"]}
    return [
        case("by both", [ROOT, NEW_ROOT], said),
        case("by both and a stranger", [ROOT, NEW_ROOT, STRANGER_ROOT], Reason.UNKNOWN_KEY),
        to_box(
            "the new one's signature forged",
            json.dumps({"payload": payload, "signatures": [first, forged]}),
            Reason.BAD_SIGNATURE,
            topic=topics.ROOT,
        ),
        case("by the old one only", [ROOT], Reason.ONE_SIGNATURE_SHORT),
        case("by the new one only", [NEW_ROOT], Reason.UNKNOWN_KEY),
        case("by a stranger and the new one", [STRANGER_ROOT, NEW_ROOT], Reason.UNKNOWN_KEY),
        case("met again after the old one ended", [ROOT, NEW_ROOT], said, trust=after, now=late),
        to_box(
            "a certificate of the new root",
            renewed,
            message(VOLUME.body, now=late),
            topic=COMMANDS,
            trust=after,
            now=late,
        ),
        to_box(
            "a certificate of the root that ended",
            sign(old, by=[STATION]),
            Reason.UNKNOWN_KEY,
            topic=COMMANDS,
            trust=after,
            now=late,
        ),
    ]


def time() -> list[Case]:
    topic = topics.time(SERIAL)
    said = message(TimeAnswer(nonce="n-20261121-1", received_at=NOW, sent_at=NOW))
    past = NOW - timedelta(days=900)
    stale = message(TimeAnswer(nonce="n-20261121-1", received_at=past, sent_at=past), now=past)
    return [
        to_box(
            "to a box without a clock",
            sign(said, by=[STATION]),
            said,
            topic=topic,
            scope=LOST,
            now=NOW - timedelta(days=90),
        ),
        to_box(
            "to a box whose clock is an hour fast",
            sign(said, by=[STATION]),
            said,
            topic=topic,
            scope=replace(LOST, time_is_trusted=True),
            now=NOW + timedelta(hours=1),
        ),
        to_box(
            "with a nonce that nobody sent", sign(said, by=[STATION]), Reason.REPLAYED, topic=topic
        ),
        to_box(
            "from before the certificate",
            sign(stale, by=[STATION]),
            Reason.NOT_YET_VALID,
            topic=topic,
            scope=LOST,
        ),
        to_box(
            "by another commune's key",
            sign(said, by=[OTHER_COMMUNE_STATION]),
            Reason.WRONG_AREA,
            topic=topic,
            scope=LOST,
        ),
    ]


def ack() -> list[Case]:
    said = message(Ack(ids=[specimens.message_id("report"), specimens.message_id("held")]))
    text = sign(said, by=[STATION])
    topic = topics.acks(SERIAL)
    return [
        to_box("two reports", text, said, topic=topic),
        to_box("replayed", text, Reason.REPLAYED, topic=topic, earlier=[text]),
        to_box("on the commands' topic", text, Reason.WRONG_KIND, topic=COMMANDS),
    ]
