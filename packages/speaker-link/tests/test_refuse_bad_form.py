"""Headers, JSON and fields that are not as the specification says."""

import base64
import hashlib
import hmac
import json

import pytest
from speaker_link import jws
from speaker_link.envelope import MAX_BYTES, TYPE, Signer, sign
from speaker_link.errors import RefusalReason as Reason
from speaker_link.errors import Refused
from speaker_link.keys import encode_base64url
from speaker_link.messages import (
    Command,
)
from speaker_link.specimens import (
    OTHER_COMMUNE_STATION,
    ROOT,
    STATION,
    forge,
    key,
    message,
)

VOLUME = message(Command(action="set_volume", volume=100))


def outer(text):
    return json.loads(text)


@pytest.mark.parametrize("algorithm", ["none", "None", "", "HS256", "EdDSA", "ES256", None, 7, []])
def test_another_algorithm(refusal, algorithm):
    text = forge(sign(VOLUME, by=[STATION]), alg=algorithm)
    assert refusal(text) is Reason.BAD_SIGNATURE


def test_no_algorithm_and_no_signature(refusal):
    parsed = outer(forge(sign(VOLUME, by=[STATION]), alg="none"))
    parsed["signatures"][0]["signature"] = ""
    assert refusal(json.dumps(parsed)) is Reason.BAD_SIGNATURE
    parsed = outer(sign(VOLUME, by=[STATION]))
    parsed["signatures"][0]["signature"] = ""
    assert refusal(json.dumps(parsed)) is Reason.BAD_SIGNATURE


def test_public_key_used_as_an_hmac_secret(refusal):
    parsed = outer(forge(sign(VOLUME, by=[STATION]), alg="HS256"))
    protected = parsed["signatures"][0]["protected"]
    mac = hmac.new(
        STATION.key.public.raw, f"{protected}.{parsed['payload']}".encode(), hashlib.sha256
    )
    parsed["signatures"][0]["signature"] = encode_base64url(mac.digest())
    assert refusal(json.dumps(parsed)) is Reason.BAD_SIGNATURE


def test_key_offered_in_the_header_is_not_used(refusal, judge):
    stranger = key("stranger")
    offered = {"jwk": stranger.public.to_jwk(), "jku": "https://evil.example/keys", "x5c": ["MII"]}
    text = forge(sign(VOLUME, by=[STATION]), by=stranger, **offered)
    assert refusal(text) is Reason.BAD_SIGNATURE
    text = forge(sign(VOLUME, by=[Signer(stranger)]), by=stranger, **offered)
    assert refusal(text) is Reason.UNKNOWN_KEY
    # The same members do no harm, and nothing at all, in a header that its own key signed.
    assert judge(forge(sign(VOLUME, by=[STATION]), by=STATION.key, **offered)).body == VOLUME.body


@pytest.mark.parametrize(
    "members",
    [
        {"crit": ["b64", "x-tm-cert"], "b64": False},
        {"crit": ["x-unknown", "x-tm-cert"], "x-unknown": 1},
        {"crit": ["x-tm-cert", "exp"]},
        {"crit": ["x-tm-cert", "x-tm-cert"]},
        {"crit": []},
        {"crit": "x-tm-cert"},
        {"crit": [{}]},
        {"crit": None},
        {"kid": 5},
        {"x-tm-cert": 5},
        {"x-tm-cert": ["a", "b"]},
        {"x-tm-cert": "a.b"},
        {"x-tm-cert": "ć.ć.ć"},
    ],
)
def test_header_out_of_order(refusal, members):
    text = forge(sign(VOLUME, by=[STATION]), by=STATION.key, **members)
    assert refusal(text) is Reason.MALFORMED


def test_unprotected_header_and_other_serializations(refusal):
    parsed = outer(sign(VOLUME, by=[STATION]))
    parsed["signatures"][0]["header"] = {"kid": ROOT.kid}
    assert refusal(json.dumps(parsed)) is Reason.MALFORMED
    flat = {"payload": parsed["payload"], **outer(sign(VOLUME, by=[STATION]))["signatures"][0]}
    assert refusal(json.dumps(flat)) is Reason.MALFORMED
    assert refusal(".".join([flat["protected"], flat["payload"], flat["signature"]])) is (
        Reason.MALFORMED
    )


def test_signatures_without_end(refusal):
    parsed = outer(sign(VOLUME, by=[STATION]))
    parsed["signatures"] *= jws.MAX_SIGNATURES + 1
    assert refusal(json.dumps(parsed)) is Reason.MALFORMED
    parsed["signatures"] = []
    assert refusal(json.dumps(parsed)) is Reason.MALFORMED


def test_too_large_is_refused_unread(refusal):
    assert refusal("{" * (MAX_BYTES + 1)) is Reason.TOO_LARGE
    assert refusal(b"{" * (MAX_BYTES + 1)) is Reason.TOO_LARGE
    assert refusal("ữ" * (MAX_BYTES // 2)) is Reason.TOO_LARGE


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "null",
        "[]",
        "{}",
        "[" * 100_000,
        '{"a":' * 50_000,
        '{"payload":"e30","payload":"e30","signatures":[]}',
        '{"payload":NaN,"signatures":[]}',
        '{"payload":"\\ud800","signatures":[{"protected":"\\ud800","signature":"\\ud800"}]}',
        '{"payload":"e30","signatures":[{"protected":"e30=","signature":""}]}',
        '{"payload":"e30","signatures":[7]}',
        '{"payload":"e30","signatures":{"protected":"e30","signature":""}}',
        "\ud800",
        b"\xff\xfe",
        b"\x00",
        "9" * 10_000,
    ],
)
def test_rubbish(refusal, text):
    assert refusal(text) is Reason.MALFORMED


def signed_raw(raw):
    return jws.sign(raw, typ=TYPE, signers=[STATION])


@pytest.mark.parametrize(
    ("what", "with_what"),
    [
        (b'"volume":100', b'"volume":100,"volume":10'),
        (b'"volume":100', b'"volume":NaN'),
        (b'"volume":100', b'"volume":100.0'),
        (b'"volume":100', b'"volume":"100"'),
        (b'"volume":100', b'"volume":101'),
        (b'"volume":100', b'"volume":1e400'),
        (b'"volume":100', b'"volume":true'),
        (b'"volume":100', b'"volume":100,"loudness":3'),
        (b'"test":false', b'"test":0'),
        (b'"test":false', b'"test":false,"urgent":true'),
        (b".000Z", b"Z"),
        (b".000Z", b".000+00:00"),
        (b"2026-11-21T", b"2026-11-31T"),
        (b"2026-11-21T", b"2026-11-21 "),
        (b'"to":"BX-0007"', b'"to":"BX-0007\\n"'),
        (b'"to":"BX-0007"', b'"to":"BX-0007","areas":["082"]'),
        (b'"to":"BX-0007",', b""),
        (b'"priority":"routine"', b'"priority":"Routine"'),
        (b'"action":"set_volume"', b'"action":"explode"'),
        (b'"action":"set_volume"', b'"action":"retire"'),
    ],
)
def test_signed_but_not_well_formed(refusal, what, with_what):
    raw = VOLUME.model_dump_json(exclude_none=True).encode()
    assert what in raw
    assert refusal(signed_raw(raw.replace(what, with_what))) is Reason.MALFORMED


def test_message_for_years(refusal):
    raw = VOLUME.model_dump_json(exclude_none=True).encode()
    exp = b'"exp":"2026-11-21T05:10:00.000Z"'
    assert exp in raw
    forever = raw.replace(exp, b'"exp":"2036-11-21T05:10:00.000Z"')
    assert refusal(signed_raw(forever)) is Reason.MALFORMED


def test_the_refusal_names_the_message(judge):
    with pytest.raises(Refused) as caught:
        judge(sign(VOLUME, by=[OTHER_COMMUNE_STATION]))
    assert caught.value.message_id == VOLUME.id
    shouting = base64.urlsafe_b64encode(b'{"id":"<script>\\u0000"}').rstrip(b"=").decode()
    parsed = outer(sign(VOLUME, by=[STATION])) | {"payload": shouting}
    with pytest.raises(Refused) as caught:
        judge(json.dumps(parsed))
    assert caught.value.message_id is None
