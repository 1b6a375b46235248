"""Signatures, headers, certificates and JSON: what is the same for every kind."""

import json
from dataclasses import replace
from datetime import timedelta

from frame import Case, to_box
from speaker_link import jws, topics
from speaker_link.envelope import TYPE, Signer, countersign, sign
from speaker_link.errors import RefusalReason as Reason
from speaker_link.keys import encode_base64url
from speaker_link.messages import (
    Command,
)
from speaker_link.specimens import (
    LOCALITY,
    NOW,
    ROOT,
    SCOPE,
    SERIAL,
    STATION,
    STRANGER_ROOT,
    TRUST,
    forge,
    key,
    message,
    signer,
)

COMMANDS = topics.commands(SERIAL)
SCHEDULE = topics.schedule(LOCALITY)
VOLUME = message(Command(action="set_volume", volume=45))
VOLUME_TEXT = sign(VOLUME, by=[STATION])
LOST = replace(SCOPE, time_is_trusted=False, nonces=frozenset({"n-20261121-1"}))


def signed_raw(raw: bytes) -> str:
    return jws.sign(raw, typ=TYPE, signers=[STATION])


def _after(letter: str) -> str:
    """The last letter of 64 bytes has four unused bits: its neighbour decodes to the same."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return alphabet[alphabet.index(letter) + 1]


def _certificate(*, typ="tm-cert+json", sign_with=ROOT, keep_signature=False, **members) -> str:
    """The station's certificate with other members, in the root's name."""
    _, payload, signature = STATION.certificate.split(".")
    header = {"alg": "Ed25519", "kid": ROOT.kid, "typ": typ}
    content = jws.parse_json(jws.decode(payload, "")) | members
    if sign_with is not ROOT:
        content["key"] = sign_with.public.to_jwk()
    if keep_signature:
        content["highest_priority"] = "emergency"
    parts = [
        encode_base64url(json.dumps(part, separators=(",", ":")).encode())
        for part in (header, content)
    ]
    signed = ".".join(parts)
    if not keep_signature:
        signature = encode_base64url(sign_with.sign(signed.encode()))
    return f"{signed}.{signature}"


def _without_crit() -> str:
    payload, (signature,) = jws.split(VOLUME_TEXT)
    header = jws.parse_json(jws.decode(signature["protected"], ""))
    del header["crit"]
    protected = encode_base64url(json.dumps(header).encode())
    value = encode_base64url(STATION.key.sign(f"{protected}.{payload}".encode()))
    return json.dumps(
        {"payload": payload, "signatures": [{"protected": protected, "signature": value}]}
    )


def envelope() -> list[Case]:
    """Signatures, headers, certificates, JSON: what is the same for every kind."""
    raw = VOLUME.model_dump_json(exclude_none=True).encode()
    stranger = key("stranger")
    payload, (signature,) = jws.split(VOLUME_TEXT)
    other_payload, _ = jws.split(sign(message(Command(action="retire")), by=[STATION]))

    def case(name, text, expected=Reason.MALFORMED, **more):
        return to_box(name, text, expected, topic=COMMANDS, **more)

    def twisted(name, what, with_what):
        return case(name, signed_raw(raw.replace(what, with_what)))

    def outer(payload, *signatures):
        return json.dumps({"payload": payload, "signatures": list(signatures)})

    bad = Reason.BAD_SIGNATURE
    return [
        case("a good command", VOLUME_TEXT, VOLUME),
        case("another payload under the signature", outer(other_payload, signature), bad),
        case("alg none", forge(VOLUME_TEXT, alg="none"), bad),
        case("alg HS256", forge(VOLUME_TEXT, alg="HS256"), bad),
        case("alg EdDSA, the old name", forge(VOLUME_TEXT, by=STATION.key, alg="EdDSA"), bad),
        case("a stranger signs under the real certificate", forge(VOLUME_TEXT, by=stranger), bad),
        case(
            "a stranger's key offered in the header",
            forge(VOLUME_TEXT, by=stranger, jwk=stranger.public.to_jwk()),
            bad,
        ),
        case("a member without meaning", forge(VOLUME_TEXT, by=STATION.key, note="x"), VOLUME),
        case(
            "a certificate of another root",
            sign(VOLUME, by=[signer("station", root=STRANGER_ROOT)]),
            Reason.UNKNOWN_KEY,
        ),
        case(
            "a certificate that a certified key made",
            sign(VOLUME, by=[signer("stranger", root=STATION.key)]),
            Reason.UNKNOWN_KEY,
        ),
        case(
            "a certificate forged in the root's name",
            sign(VOLUME, by=[Signer(stranger, _certificate(sign_with=stranger))]),
            bad,
        ),
        case(
            "a certificate that was changed",
            sign(VOLUME, by=[Signer(STATION.key, _certificate(keep_signature=True))]),
            bad,
        ),
        case(
            "another key's certificate",
            forge(VOLUME_TEXT, by=stranger, kid=stranger.kid),
            bad,
        ),
        case(
            "a certificate of another type",
            sign(VOLUME, by=[Signer(STATION.key, _certificate(typ="JWT"))]),
        ),
        case(
            "a certificate that is never valid",
            sign(VOLUME, by=[Signer(STATION.key, _certificate(nbf="2030-01-01T00:00:00.000Z"))]),
        ),
        case(
            "a certificate for what the root alone may sign",
            sign(VOLUME, by=[Signer(STATION.key, _certificate(kinds=["command", "revocations"]))]),
        ),
        case(
            "a certificate with a member too many",
            sign(VOLUME, by=[Signer(STATION.key, _certificate(is_root=True))]),
        ),
        case("no certificate", sign(VOLUME, by=[Signer(STATION.key)]), Reason.UNKNOWN_KEY),
        case(
            "a good signature and a stranger's",
            countersign(VOLUME_TEXT, by=Signer(stranger)),
            Reason.UNKNOWN_KEY,
        ),
        case(
            "the certificate has expired",
            sign(VOLUME, by=[signer("station", exp=NOW)]),
            Reason.CERTIFICATE_EXPIRED,
        ),
        case(
            "the certificate is not valid yet",
            sign(VOLUME, by=[signer("station", nbf=NOW + timedelta(minutes=1))]),
            Reason.NOT_YET_VALID,
        ),
        case(
            "the certificate was revoked",
            VOLUME_TEXT,
            Reason.REVOKED,
            trust=replace(TRUST, revoked=frozenset({"station"})),
        ),
        case(
            "the key was revoked",
            VOLUME_TEXT,
            Reason.REVOKED,
            trust=replace(TRUST, revoked=frozenset({STATION.key.kid})),
        ),
        case("unknown crit", forge(VOLUME_TEXT, by=STATION.key, crit=["b64"], b64=True)),
        case("the certificate is not in crit", forge(VOLUME_TEXT, by=STATION.key, crit=["kid"])),
        case(
            "an unknown extension beside the certificate",
            forge(VOLUME_TEXT, by=STATION.key, crit=["x-tm-cert", "exp"], exp=1),
        ),
        case(
            "a name twice in crit",
            forge(VOLUME_TEXT, by=STATION.key, crit=["x-tm-cert", "x-tm-cert"]),
        ),
        case("crit is a text", forge(VOLUME_TEXT, by=STATION.key, crit="x-tm-cert")),
        case(
            "crit names what is not there",
            forge(VOLUME_TEXT, by=STATION.key, crit=["x-tm-cert", "b64"]),
        ),
        case("no kid", forge(VOLUME_TEXT, by=STATION.key, kid=None)),
        case("the certificate is no text", forge(VOLUME_TEXT, by=STATION.key, **{"x-tm-cert": 1})),
        case(
            "a certificate of four parts",
            forge(VOLUME_TEXT, by=STATION.key, **{"x-tm-cert": STATION.certificate + ".e30"}),
        ),
        case("empty crit", forge(VOLUME_TEXT, by=STATION.key, crit=[])),
        case("unprotected header", outer(payload, signature | {"header": {"kid": ROOT.kid}})),
        case(
            "rightly signed under another name",
            forge(VOLUME_TEXT, by=STATION.key, kid=stranger.kid),
            bad,
        ),
        case("NaN in a header", forge(VOLUME_TEXT, by=STATION.key, note=float("nan"))),
        case("a third member outside", VOLUME_TEXT[:-1] + ',"header":{}}'),
        case("a certificate without crit", _without_crit()),
        case("no signature", outer(payload)),
        case("five signatures", outer(payload, *[signature] * 5)),
        case("a padded payload", outer(payload + "=", signature), bad),
        case(
            "a padded signature",
            outer(payload, signature | {"signature": signature["signature"] + "=="}),
        ),
        case(
            "unused bits set in a signature",
            outer(
                payload,
                signature
                | {"signature": signature["signature"][:-1] + _after(signature["signature"][-1])},
            ),
        ),
        case("compact serialization", f"{signature['protected']}.{payload}.AAAA"),
        case("not JSON", "{"),
        case("an array", "[]"),
        case("a name twice outside", VOLUME_TEXT[:-1] + ',"payload":"e30"}'),
        case("too large", VOLUME_TEXT, Reason.TOO_LARGE, max_bytes=len(VOLUME_TEXT) - 1),
        twisted("a name twice inside", b'"volume":45', b'"volume":45,"volume":90'),
        twisted("NaN", b'"volume":45', b'"volume":NaN'),
        twisted("a number as text", b'"volume":45', b'"volume":"45"'),
        twisted("a fraction", b'"volume":45', b'"volume":45.0'),
        twisted("an unknown member", b'"test":false', b'"test":false,"x":1'),
        twisted("an instant without milliseconds", b".000Z", b"Z"),
        twisted("an instant with an offset", b".000Z", b".000+00:00"),
        twisted("no addressee", b'"to":"BX-0007",', b""),
        case(
            "a kind that does not exist",
            signed_raw(raw.replace(b'"typ":"command"', b'"typ":"firmware"')),
            Reason.WRONG_KIND,
        ),
        case(
            "a kind that only boxes send",
            signed_raw(raw.replace(b'"typ":"command"', b'"typ":"status"')),
            Reason.WRONG_KIND,
        ),
        twisted("an area beside the box", b'"to":"BX-0007"', b'"to":"BX-0007","areas":["082"]'),
        to_box(
            "for another box, topic unknown",
            sign(message(VOLUME.body, to="BX-0008"), by=[STATION]),
            Reason.WRONG_AREA,
        ),
        case(
            "a box that is not assigned yet",
            VOLUME_TEXT,
            Reason.WRONG_AREA,
            scope=replace(SCOPE, areas=(), stations=()),
        ),
        case(
            "typ of a box's message in the header",
            forge(VOLUME_TEXT, by=STATION.key, typ="tm-box+json"),
            Reason.WRONG_KIND,
        ),
    ]
