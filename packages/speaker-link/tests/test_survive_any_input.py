"""Whatever comes from the wire ends as a message or as `Refused`, and a changed bit never passes."""

import contextlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from speaker_link import boxes, enrolment, jws
from speaker_link.certificates import read
from speaker_link.enrolment import EnrolmentCode
from speaker_link.envelope import TYPE, Signer, sign
from speaker_link.errors import RefusalReason, Refused
from speaker_link.messages import Command, EnrolmentRequest, Status
from speaker_link.replay import MemoryReplayCache
from speaker_link.specimens import (
    BOX,
    FIRST_DIRECTOR,
    NOW,
    ROOT,
    SCOPE,
    SECOND_DIRECTOR,
    SERIAL,
    STATION,
    TRUST,
    box_message,
    message,
    schedule,
)
from speaker_link.verification import verify, verify_from_box

GOOD = sign(message(schedule()), by=[STATION]).encode()
DOUBLE = sign(message(Command(action="stop")), by=[FIRST_DIRECTOR, SECOND_DIRECTOR]).encode()
TOLD = boxes.sign_as_box(box_message(Status(state="online", agent_version="0.1.0")), BOX).encode()
CODE = EnrolmentCode.new(ROOT.public)
ASKED = enrolment.sign_request(
    EnrolmentRequest(code=str(CODE), key=BOX.public, model="m", agent_version="1"),
    now=NOW,
    key=BOX,
).encode()

READERS = {
    "box": lambda text: verify(text, trust=TRUST, scope=SCOPE, now=NOW, replay=MemoryReplayCache()),
    "server": lambda text: verify_from_box(text, key=BOX.public, serial=SERIAL),
    "enrolment": enrolment.verify_request,
    "answer": lambda text: enrolment.open_answer(text, code=CODE, key=BOX.public),
}


def flipped(text: bytes, bit: int) -> bytes:
    changed = bytearray(text)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


@pytest.mark.parametrize(
    ("reader", "text"),
    [("box", GOOD), ("box", DOUBLE), ("server", TOLD), ("enrolment", ASKED)],
    ids=["schedule", "two signatures", "status", "enrolment"],
)
def test_the_unchanged_text_passes_and_no_flipped_bit_does(reader, text):
    READERS[reader](text)

    @settings(max_examples=250, deadline=None)
    @given(st.integers(0, 8 * len(text) - 1))
    def no_bit(bit):
        with pytest.raises(Refused):
            READERS[reader](flipped(text, bit))

    no_bit()


@pytest.mark.parametrize("reader", READERS)
def test_random_bytes_are_malformed(reader):
    @settings(max_examples=100, deadline=None)
    @given(st.binary(max_size=400) | st.text(max_size=200))
    def refused(text):
        with pytest.raises(Refused) as caught:
            READERS[reader](text)
        assert caught.value.reason is RefusalReason.MALFORMED

    refused()


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["payload", "signatures", "protected", "signature", "typ", "body"])
            | st.text(max_size=5),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(ANY_JSON, st.sampled_from(sorted(READERS)))
def test_any_json_is_refused(value, reader):
    with pytest.raises(Refused):
        READERS[reader](json.dumps(value))


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(["typ", "id", "iat", "body", "exp", "to"]), ANY_JSON))
def test_any_json_signed_by_the_station_is_refused(value):
    raw = json.dumps(value | {"typ": "command"}).encode()
    with pytest.raises(Refused):
        READERS["box"](jws.sign(raw, typ=TYPE, signers=[STATION]))


@settings(max_examples=150, deadline=None)
@given(ANY_JSON | st.text())
def test_any_header_is_refused(value):
    header = jws.encode_base64url(json.dumps(value).encode())
    text = json.dumps({"payload": "e30", "signatures": [{"protected": header, "signature": "e30"}]})
    with pytest.raises(Refused):
        READERS["box"](text)


@settings(max_examples=150, deadline=None)
@given(st.text() | st.text(alphabet="e30.AB-_", max_size=40))
def test_any_text_as_a_certificate_is_refused(text):
    with pytest.raises(Refused):
        read(text, roots=[ROOT.public])
    with pytest.raises(Refused):
        READERS["box"](sign(message(Command(action="stop")), by=[Signer(STATION.key, text)]))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=80))
def test_base64url_has_one_spelling(raw):
    text = jws.encode_base64url(raw)
    assert jws.decode(text, "") == raw
    for other in (text + "=", text + "A", text.replace("-", "+"), text + "\n", " " + text):
        if other != text:
            with contextlib.suppress(Refused):
                assert jws.decode(other, "") != raw
