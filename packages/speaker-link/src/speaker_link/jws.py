"""RFC 7515 with one algorithm and no choices: Ed25519 (RFC 9864), strict JSON, strict base64url.

Written on `cryptography` itself: a general library's header limits are too small for a certificate,
and a box would import a dozen algorithms it must never accept.
"""

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from speaker_link.errors import RefusalReason, Refused
from speaker_link.keys import PrivateKey, PublicKey, decode_base64url, encode_base64url

if TYPE_CHECKING:
    from pydantic import ValidationError

ALGORITHM = "Ed25519"
MAX_SIGNATURES = 4
CERTIFICATE_HEADER = "x-tm-cert"
# Of an alert: when it is to be heard, said by the holder who signs last.
START_HEADER = "x-tm-start"
EXTENSIONS = frozenset({CERTIFICATE_HEADER})


class Signature(NamedTuple):
    """One signature as it came: nothing here is proven yet."""

    header: dict[str, Any]
    signed: bytes
    signature: bytes


def _refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return members


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_refuse_duplicates, parse_constant=_refuse_constant, strict=True
)


def parse_json(raw: bytes | str) -> dict[str, Any]:
    """Parse an object; duplicate names, NaN, bad UTF-8 and deep nesting are `malformed`."""
    try:
        text = raw.decode("utf-8") if isinstance(raw, bytes) else raw
        parsed = _DECODER.decode(text)
    except (ValueError, RecursionError) as error:
        raise Refused(RefusalReason.MALFORMED, f"not JSON: {error}"[:200]) from error
    if not isinstance(parsed, dict):
        raise Refused(RefusalReason.MALFORMED, "not a JSON object")
    return parsed


def first_error(error: "ValidationError") -> str:
    """One line for the report; the offending value itself is not repeated."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(step) for step in first["loc"])
    return f"{place}: {first['msg']}"[:200]


def _protect(key: PrivateKey, typ: str, certificate: str | None, start: str | None = None) -> str:
    header: dict[str, Any] = {"alg": ALGORITHM, "kid": key.kid, "typ": typ}
    extensions = {CERTIFICATE_HEADER: certificate, START_HEADER: start}
    given = {name: value for name, value in extensions.items() if value is not None}
    if given:
        header |= {"crit": list(given), **given}
    return encode_base64url(json.dumps(header, separators=(",", ":")).encode("ascii"))


def sign(payload: bytes, *, typ: str, signers: Iterable[tuple[PrivateKey, str | None]]) -> str:
    """JWS General JSON Serialization (RFC 7515 section 7.2.1), one signature for each signer."""
    return join(encode_base64url(payload), [], typ=typ, signers=signers)


def join(
    payload: str,
    signatures: list[dict[str, str]],
    *,
    typ: str,
    signers: Iterable[tuple[PrivateKey, str | None]],
    start: str | None = None,
) -> str:
    """Add signatures to a payload that is already encoded."""
    added = []
    for key, certificate in signers:
        protected = _protect(key, typ, certificate, start)
        signature = key.sign(f"{protected}.{payload}".encode("ascii"))
        added.append({"protected": protected, "signature": encode_base64url(signature)})
    return json.dumps(
        {"payload": payload, "signatures": [*signatures, *added]}, separators=(",", ":")
    )


def split(text: str | bytes) -> tuple[str, list[dict[str, str]]]:
    """Take the outer object apart; unprotected headers have no place in this profile."""
    outer = parse_json(text)
    payload, signatures = outer.get("payload"), outer.get("signatures")
    if set(outer) != {"payload", "signatures"} or not isinstance(payload, str):
        raise Refused(RefusalReason.MALFORMED, "not a JWS in the general JSON serialization")
    if not isinstance(signatures, list) or not 1 <= len(signatures) <= MAX_SIGNATURES:
        raise Refused(RefusalReason.MALFORMED, f"not 1 to {MAX_SIGNATURES} signatures")
    for entry in signatures:
        if (
            not isinstance(entry, dict)
            or set(entry) != {"protected", "signature"}
            or not all(isinstance(value, str) for value in entry.values())
        ):
            raise Refused(
                RefusalReason.MALFORMED, "a signature has a protected header and a value, only"
            )
    return payload, signatures


def decode(text: str, what: str) -> bytes:
    try:
        return decode_base64url(text)
    except ValueError as error:
        raise Refused(RefusalReason.MALFORMED, f"{what}: {error}") from error


def read_header(
    protected: str, signed: bytes, signature: str, *, extensions: frozenset[str] = EXTENSIONS
) -> Signature:
    """Check a protected header: one algorithm, a kid, `crit` as RFC 7515 section 4.1.11 asks."""
    header = parse_json(decode(protected, "header"))
    if header.get("alg") != ALGORITHM:
        raise Refused(RefusalReason.BAD_SIGNATURE, f"the algorithm is not {ALGORITHM}")
    if not isinstance(header.get("kid"), str):
        raise Refused(RefusalReason.MALFORMED, "no kid")
    if "crit" in header:
        critical = header["crit"]
        if (
            not isinstance(critical, list)
            or not critical
            or not all(isinstance(name, str) for name in critical)
            or len(set(critical)) != len(critical)
            or not set(critical) <= header.keys()
        ):
            raise Refused(RefusalReason.MALFORMED, "crit is not a list of names in this header")
        if not extensions.issuperset(critical):
            raise Refused(RefusalReason.MALFORMED, "crit names an extension unknown here")
    if not extensions & header.keys() <= set(header.get("crit", ())):
        raise Refused(RefusalReason.MALFORMED, "an extension is not listed in crit")
    return Signature(header, signed, decode(signature, "signature"))


def open_general(
    text: str | bytes, *, typ: str, extensions: frozenset[str] = EXTENSIONS
) -> tuple[str, list[Signature]]:
    """The encoded payload and its signatures, structure checked, nothing proven."""
    payload, entries = split(text)
    found = []
    for entry in entries:
        signed = f"{entry['protected']}.{payload}".encode("utf-8", "surrogatepass")
        signature = read_header(
            entry["protected"], signed, entry["signature"], extensions=extensions
        )
        if signature.header.get("typ") != typ:
            raise Refused(RefusalReason.WRONG_KIND, f"the header's typ is not {typ}")
        found.append(signature)
    return payload, found


def sign_compact(payload: bytes, *, key: PrivateKey, typ: str) -> str:
    signed = f"{_protect(key, typ, None)}.{encode_base64url(payload)}"
    return f"{signed}.{encode_base64url(key.sign(signed.encode('ascii')))}"


def open_compact(text: str, *, keys: Mapping[str, PublicKey]) -> tuple[dict[str, Any], bytes]:
    """Header and payload of a compact JWS that one of `keys` signed."""
    parts = text.split(".")
    if len(parts) != 3:  # noqa: PLR2004 - header, payload, signature
        raise Refused(RefusalReason.MALFORMED, "not a JWS in the compact serialization")
    protected, payload, value = parts
    signature = read_header(
        protected, f"{protected}.{payload}".encode("utf-8", "surrogatepass"), value
    )
    key = keys.get(signature.header["kid"])
    if key is None:
        raise Refused(RefusalReason.UNKNOWN_KEY, "the certificate is not of the pinned root")
    if not key.verifies(signature.signature, signature.signed):
        raise Refused(RefusalReason.BAD_SIGNATURE, "the certificate's signature is wrong")
    return signature.header, decode(payload, "certificate")
