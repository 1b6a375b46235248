"""What one side says, the other reads: every kind of message, and any content it may have."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jws as joserfc_jws
from joserfc.jwk import OKPKey
from joserfc.jws import JWSRegistry
from joserfc.registry import HeaderParameter
from pydantic import ValidationError
from speaker_link import jws, specimens, topics
from speaker_link.boxes import sign_as_box, sign_will
from speaker_link.envelope import LAST_WORD, TYPE, compose, peek, sign
from speaker_link.errors import InvalidKey, RefusalReason, Refused
from speaker_link.keys import PrivateKey, PublicKey, thumbprint
from speaker_link.kinds import Kind, Priority
from speaker_link.messages import (
    Ack,
    Assignment,
    Command,
    CommandResult,
    Edition,
    Held,
    PlayReport,
    QuietHours,
    RefusalReport,
    Schedule,
    ScheduleItem,
    Status,
    TimeRequest,
)
from speaker_link.replay import MemoryReplayCache
from speaker_link.specimens import BOX, NOW, ROOT, SCOPE, SERIAL, STATION, TRUST, message
from speaker_link.verification import verify, verify_from_box

NAMES = st.text("0123456789ABCXYZabcxyz._-", min_size=1, max_size=64)
SHA256 = st.binary(min_size=32, max_size=32).map(bytes.hex)
PRINTABLE = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters=[*map(chr, range(32)), "\x7f"]),
    min_size=1,
    max_size=60,
)
INSTANTS = st.datetimes(
    datetime(2001, 1, 1),
    datetime(2199, 1, 1),
    timezones=st.sampled_from(
        [UTC, timezone(timedelta(hours=7)), timezone(-timedelta(hours=3, minutes=30))]
    ),
)
LANGUAGES = st.sampled_from(["vi", "hmn", "tai", "yao-Latn", "vi-VN"])
EDITIONS = st.builds(
    Edition,
    language=LANGUAGES,
    sha256=SHA256,
    bytes=st.integers(1, 2**31),
    duration_ms=st.integers(1, 86_400_000),
)


@st.composite
def items(draw):
    start = draw(INSTANTS)
    return ScheduleItem(
        id=draw(NAMES),
        start=start,
        start_before=start + draw(st.timedeltas(timedelta(seconds=1), timedelta(days=2))),
        priority=draw(st.sampled_from([Priority.ROUTINE, Priority.PRIORITY])),
        areas=draw(st.lists(NAMES, min_size=1, max_size=4)),
        title=draw(PRINTABLE),
        editions=draw(st.lists(EDITIONS, min_size=1, max_size=3)),
    )


SCHEDULES = st.builds(
    Schedule,
    version=st.integers(1, 2**53 - 1),
    station=st.just(specimens.LOCALITY),
    valid_from=st.just(NOW),
    valid_to=st.just(NOW + timedelta(hours=48)),
    items=st.lists(items(), max_size=4, unique_by=lambda item: item.id),
)
COMMANDS = st.one_of(
    st.builds(Command, action=st.just("set_volume"), volume=st.integers(0, 100)),
    st.builds(Command, action=st.just("test_tone"), duration_ms=st.integers(100, 60_000)),
    st.builds(Command, action=st.just("stop"), item_id=st.none() | NAMES),
    st.builds(Command, action=st.sampled_from(["refresh_schedule", "retire"])),
)
TOLD = SCHEDULES | COMMANDS | st.builds(Ack, ids=st.lists(NAMES, min_size=1, max_size=5))
HEARD = st.one_of(
    st.builds(
        Status,
        state=st.sampled_from(["online", "offline", "retired"]),
        agent_version=PRINTABLE,
        volume=st.none() | st.integers(0, 100),
        clock_offset_ms=st.none() | st.floats(-1e9, 1e9),
        playing_item=st.none() | NAMES,
        next_start=st.none() | INSTANTS,
        held_items=st.lists(NAMES, max_size=4),
        free_bytes=st.none() | st.integers(0, 2**53 - 1),
        last_refusal=st.none()
        | st.builds(
            RefusalReport,
            message_id=st.none() | NAMES,
            topic=PRINTABLE,
            reason=st.sampled_from([str(reason) for reason in RefusalReason]),
            detail=PRINTABLE,
            refused_at=INSTANTS,
        ),
    ),
    st.builds(
        PlayReport,
        item_id=NAMES,
        station=NAMES,
        outcome=st.just("played"),
        language=LANGUAGES,
        sha256=SHA256,
        scheduled_start=INSTANTS,
        started_at=INSTANTS,
        start_error_ms=st.floats(-1e6, 1e6),
        sample_rate=st.sampled_from([8000, 16_000, 48_000]),
        samples_expected=st.integers(0, 2**40),
        samples_played=st.integers(0, 2**40),
        underruns=st.integers(0, 1000),
        level_dbfs=st.none() | st.floats(-120, 0),
    ),
    st.builds(Held, item_id=NAMES, sha256=SHA256),
    st.builds(
        CommandResult,
        command_id=NAMES,
        outcome=st.sampled_from(["done", "failed"]),
        detail=PRINTABLE,
        finished_at=INSTANTS,
    ),
    st.builds(TimeRequest, nonce=NAMES, sent_at=INSTANTS),
)


@settings(max_examples=150, deadline=None)
@given(TOLD)
def test_a_box_reads_what_the_server_said(body):
    said = message(body)
    heard = verify(
        sign(said, by=[STATION]).encode(),
        trust=TRUST,
        scope=SCOPE,
        now=NOW,
        replay=MemoryReplayCache(),
    )
    assert heard == said
    assert type(heard.body) is type(body)
    assert sign(heard, by=[STATION]) == sign(said, by=[STATION])


@settings(max_examples=150, deadline=None)
@given(HEARD, st.integers(0, 2**53 - 1), st.integers(0, 2**53 - 1))
def test_the_server_reads_what_a_box_said(body, session, sequence):
    said = specimens.box_message(body, session=session, sequence=sequence)
    heard = verify_from_box(sign_as_box(said, BOX), key=BOX.public, serial=SERIAL)
    assert heard == said
    assert heard.order == (session, sequence)


def test_instants_travel_in_utc_with_milliseconds():
    hanoi = datetime(2026, 11, 21, 12, 0, 0, 123_999, tzinfo=timezone(timedelta(hours=7)))
    said = compose(Command(action="stop"), now=hanoi, to=SERIAL)
    assert '"iat":"2026-11-21T05:00:00.123Z"' in said.model_dump_json()
    with pytest.raises(ValidationError, match="time zone"):
        compose(Command(action="stop"), now=datetime(2026, 11, 21), to=SERIAL)


def test_an_independent_library_reads_and_writes_the_envelope():
    registry = JWSRegistry(
        algorithms=["Ed25519"],
        header_registry={"x-tm-cert": HeaderParameter("certificate", "str")},
    )
    registry.max_header_length = 4096
    said = message(Command(action="set_volume", volume=40))
    text = sign(said, by=[STATION])
    station = OKPKey.import_key(STATION.key.to_jwk())
    read = joserfc_jws.deserialize_json(jws.parse_json(text), station, registry=registry)
    assert read.payload.decode() == said.model_dump_json(exclude_none=True)

    member = {
        "protected": {
            "alg": "Ed25519",
            "kid": STATION.key.kid,
            "typ": TYPE,
            "crit": ["x-tm-cert"],
            "x-tm-cert": STATION.certificate,
        }
    }
    written = joserfc_jws.serialize_json([member], read.payload, station, registry=registry)
    heard = verify(
        json.dumps(written),
        trust=TRUST,
        scope=SCOPE,
        now=NOW,
        replay=MemoryReplayCache(),
    )
    assert heard == said


def test_key_of_rfc_8037():
    """Appendix A of the RFC: its key, its thumbprint and its signature."""
    jwk = {
        "kty": "OKP",
        "crv": "Ed25519",
        "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    }
    key = PrivateKey.from_jwk(jwk)
    assert key.kid == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    assert thumbprint(jwk["x"]) == key.kid
    signed = b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
    assert jws.encode_base64url(key.sign(signed)) == (
        "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
    )
    assert PrivateKey.from_jwk(key.to_jwk()).public == key.public
    assert jwk["d"] not in repr(key)


@pytest.mark.parametrize(
    "changes",
    [
        {"kty": "EC"},
        {"crv": "X25519"},
        {"x": "AAAA"},
        {"x": 7},
        {"x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURp"},
        {"kid": "wrong"},
    ],
)
def test_not_a_key(changes):
    with pytest.raises(InvalidKey):
        PublicKey.from_jwk(ROOT.public.to_jwk() | changes)


def test_private_part_of_another_key():
    with pytest.raises(InvalidKey):
        PrivateKey.from_jwk(BOX.to_jwk() | {"d": ROOT.to_jwk()["d"]})


def test_will_is_the_last_word_of_its_session_only():
    text = sign_will(agent_version="0.1.0", now=NOW, box=SERIAL, session=12, key=BOX)
    will = verify_from_box(text, key=BOX.public, serial=SERIAL, topic=topics.status(SERIAL))
    assert will.body.state == "offline"
    assert will.order == (12, LAST_WORD)
    assert will.order > (12, 10**9)
    assert will.order < (13, 0)


def test_a_box_that_speaks_for_another():
    told = specimens.box_message(Held(item_id="a", sha256="0" * 64))
    text = sign_as_box(told, BOX)
    other = specimens.key("other box")

    def reason(text, **changes):
        with pytest.raises(Refused) as caught:
            verify_from_box(text, **({"key": BOX.public, "serial": SERIAL} | changes))
        return caught.value.reason

    assert reason(text, key=other.public) is RefusalReason.UNKNOWN_KEY
    assert reason(text, serial="BX-0008") is RefusalReason.WRONG_AREA
    assert reason(text, topic=topics.reports("BX-0008")) is RefusalReason.WRONG_AREA
    assert reason(text, topic=topics.status(SERIAL)) is RefusalReason.WRONG_KIND
    assert reason(sign_as_box(told, other)) is RefusalReason.UNKNOWN_KEY
    assert reason(sign(message(Command(action="stop")), by=[STATION])) is RefusalReason.WRONG_KIND


def test_peek_shows_without_proving():
    said = message(Command(action="stop"))
    assert peek(sign(said, by=[specimens.signer("stranger")])) == said


@pytest.mark.parametrize(
    ("starts", "ends", "instant", "is_quiet"),
    [
        ("22:00", "04:30", "2026-11-21T20:14:59+00:00", True),  # 03:14:59 in Hà Nội
        ("22:00", "04:30", "2026-11-21T21:29:59+00:00", True),
        ("22:00", "04:30", "2026-11-21T21:30:00+00:00", False),
        ("22:00", "04:30", "2026-11-21T14:59:59+00:00", False),
        ("22:00", "04:30", "2026-11-21T15:00:00+00:00", True),
        ("11:30", "13:30", "2026-11-21T12:00:00+07:00", True),
        ("11:30", "13:30", "2026-11-21T13:30:00+07:00", False),
    ],
)
def test_quiet_hours(starts, ends, instant, is_quiet):
    hours = QuietHours(starts=starts, ends=ends, utc_offset="+07:00")
    assert hours.covers(datetime.fromisoformat(instant)) is is_quiet


def test_edition_in_the_boxs_order_of_languages():
    both = specimens.item()
    assert both.edition_for(["hmn", "vi"]).language == "hmn"
    assert both.edition_for(["tai", "vi"]).language == "vi"
    assert both.edition_for(["tai"]) is both.editions[0]


def test_topics_are_taken_apart_as_they_were_made():
    made = {
        topics.schedule("082"): ("082", Kind.SCHEDULE, True, False),
        topics.assignment(SERIAL): (SERIAL, Kind.ASSIGNMENT, True, False),
        topics.commands(SERIAL): (SERIAL, Kind.COMMAND, False, False),
        topics.time(SERIAL): (SERIAL, Kind.TIME, False, False),
        topics.acks(SERIAL): (SERIAL, Kind.ACK, False, False),
        topics.status(SERIAL): (SERIAL, Kind.STATUS, True, True),
        topics.reports(SERIAL): (SERIAL, Kind.HELD, False, True),
        topics.time_request(SERIAL): (SERIAL, Kind.TIME_REQUEST, False, True),
        topics.REVOCATIONS: ("", Kind.REVOCATIONS, True, False),
        topics.ROOT: ("", Kind.ROOT_ROTATION, True, False),
    }
    for topic, (owner, kind, is_retained, is_from_box) in made.items():
        where = topics.parse(topic)
        assert where is not None
        assert (where.owner, where.is_retained, where.is_from_box) == (
            owner,
            is_retained,
            is_from_box,
        )
        assert kind in where.kinds
    for topic in ("", "tm", "tm/1", "tm/1/boxes/+/status", "tm/1/boxes/a/b", "x/tm/1/root"):
        assert topics.parse(topic) is None
    for name in ("", "a/b", "+", "#", "a b", "ấp", "a" * 65, "a\n"):
        with pytest.raises(ValueError, match="not a name"):
            topics.commands(name)


def test_assignment_louder_than_allowed():
    with pytest.raises(ValidationError, match="max_volume"):
        Assignment.model_validate(specimens.ASSIGNMENT.model_dump() | {"volume": 90})
