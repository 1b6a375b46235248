"""Enrolment: a code that a person types, a signed request, and an answer that the box can check.

A code is `TM-SSSS-SSSS-SSSS-FFFF-FFFF-FFFF-CC`: 60 bits of secret, the first 60 bits of the root
key's fingerprint, and two check characters that catch every single wrong character and every swap
of two characters.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from pydantic import ValidationError

from speaker_link import envelope, jws
from speaker_link.envelope import MAX_BYTES, Message, Signer
from speaker_link.errors import InvalidEnrolmentCode, RefusalReason, Refused
from speaker_link.fields import Instant, Jwk, KindName, Wire
from speaker_link.keys import PrivateKey, PublicKey
from speaker_link.kinds import Kind
from speaker_link.messages import EnrolmentAnswer, EnrolmentRequest
from speaker_link.replay import MemoryReplayCache
from speaker_link.trust import Scope, Trust
from speaker_link.verification import verify

# Crockford's base 32: no I, L, O or U, so that nobody wonders what stands on the label.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES = {letter: value for value, letter in enumerate(ALPHABET)} | {"O": 0, "I": 1, "L": 1}
PART_LENGTH = 12
CHECK_LENGTH = 2
# The largest prime that two characters can hold: its remainder sees any one change and any swap.
_CHECK_PRIME = 1021
_BITS = 5


def _encode(number: int, length: int) -> str:
    return "".join(ALPHABET[number >> _BITS * place & 31] for place in reversed(range(length)))


def _decode(text: str) -> int:
    number = 0
    for letter in text:
        number = number << _BITS | _VALUES[letter]
    return number


def _check_characters(body: str) -> str:
    shifted = _decode(body) << _BITS * CHECK_LENGTH
    return _encode(-shifted % _CHECK_PRIME, CHECK_LENGTH)


def root_fingerprint(root: PublicKey) -> str:
    """The first 60 bits of SHA-256 over the root's RFC 7638 members, as on a code."""
    digest = hashlib.sha256(_members(root)).digest()
    return _encode(int.from_bytes(digest[:8], "big") >> 4, PART_LENGTH)


def _members(root: PublicKey) -> bytes:
    return f'{{"crv":"Ed25519","kty":"OKP","x":"{root.to_jwk()["x"]}"}}'.encode("ascii")


@dataclass(frozen=True)
class EnrolmentCode:
    secret: str
    fingerprint: str

    @classmethod
    def new(cls, root: PublicKey) -> Self:
        bits = PART_LENGTH * _BITS
        return cls(_encode(secrets.randbits(bits), PART_LENGTH), root_fingerprint(root))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a typed code: case, spaces and dashes do not matter, O is 0, I and L are 1."""
        letters = "".join(text.upper().replace("-", " ").split()).removeprefix("TM")
        try:
            plain = _encode(_decode(letters), len(letters))
        except KeyError as error:
            raise InvalidEnrolmentCode("a character that no code has") from error
        if len(plain) != 2 * PART_LENGTH + CHECK_LENGTH:
            raise InvalidEnrolmentCode("a code has 26 characters after TM")
        body, check = plain[:-CHECK_LENGTH], plain[-CHECK_LENGTH:]
        if _check_characters(body) != check:
            raise InvalidEnrolmentCode("mistyped: the check characters do not fit")
        return cls(body[:PART_LENGTH], body[PART_LENGTH:])

    def __str__(self) -> str:
        body = self.secret + self.fingerprint
        groups = [body[place : place + 4] for place in range(0, len(body), 4)]
        return "-".join(["TM", *groups, _check_characters(body)])

    def __repr__(self) -> str:
        return f"<EnrolmentCode of root {self.fingerprint}>"

    def digest(self) -> str:
        """What the server keeps instead of the code."""
        return hashlib.sha256(str(self).encode("ascii")).hexdigest()

    def is_of(self, root: PublicKey) -> bool:
        return secrets.compare_digest(self.fingerprint, root_fingerprint(root))


class Request(Wire):
    """The payload of an enrolment request: no message, since nobody knows the box yet."""

    typ: KindName
    iat: Instant
    body: EnrolmentRequest


def sign_request(request: EnrolmentRequest, *, now: datetime, key: PrivateKey) -> str:
    """The body of POST {gateway}/speaker/1/enrol."""
    if request.key != key.public:
        raise ValueError("the request names another key")
    payload = Request(typ=Kind.ENROLMENT_REQUEST, iat=now, body=request)
    return jws.sign(
        payload.model_dump_json(exclude_none=True).encode(),
        typ=envelope.BOX_TYPE,
        signers=[(key, None)],
    )


def verify_request(text: str | bytes, *, max_bytes: int = 16 * 1024) -> EnrolmentRequest:
    """The server's reading: the sender holds the key that it asks to enrol. `Refused` otherwise.

    Whether the code is known and unused is the caller's to check.
    """
    envelope.check_size(text, max_bytes)
    payload, signatures = jws.open_general(text, typ=envelope.BOX_TYPE)
    raw = jws.decode(payload, "payload")
    parsed = jws.parse_json(raw)
    try:
        asked = Request.model_validate(parsed)
    except ValidationError as error:
        raise Refused(RefusalReason.MALFORMED, jws.first_error(error)) from error
    if asked.typ is not Kind.ENROLMENT_REQUEST:
        raise Refused(RefusalReason.WRONG_KIND, "not an enrolment request")
    key = asked.body.key
    if len(signatures) != 1 or signatures[0].header["kid"] != key.kid:
        raise Refused(RefusalReason.UNKNOWN_KEY, "not signed with the key that is to be enrolled")
    if not key.verifies(signatures[0].signature, signatures[0].signed):
        raise Refused(RefusalReason.BAD_SIGNATURE, "the signature does not fit the request")
    return asked.body


class _Answer(Wire):
    root: Jwk
    answer: str


def write_answer(message: Message[EnrolmentAnswer], *, root: PublicKey, by: Signer) -> str:
    """The response to an enrolment: the root key to pin, and what it vouches for."""
    signed = envelope.sign(message, by=[by])
    return _Answer(root=root, answer=signed).model_dump_json()


def open_answer(
    text: str | bytes, *, code: EnrolmentCode, key: PublicKey, max_bytes: int = MAX_BYTES
) -> tuple[PublicKey, Message[Any], Message[Any]]:
    """The box's reading: the root key, the answer and the first assignment, all proven.

    The code pins the root, the root vouches for the rest; the box's clock is not asked, it may have
    none. Raises `Refused`, and nothing else.
    """
    envelope.check_size(text, max_bytes)
    parsed = jws.parse_json(text)
    try:
        outer = _Answer.model_validate(parsed)
    except ValidationError as error:
        raise Refused(RefusalReason.MALFORMED, jws.first_error(error)) from error
    if not code.is_of(outer.root):
        raise Refused(RefusalReason.UNKNOWN_KEY, "the root key is not the one on the code")
    trust = Trust.in_root(outer.root)
    claimed = envelope.peek(outer.answer)
    if not isinstance(claimed.body, EnrolmentAnswer):
        raise Refused(RefusalReason.WRONG_KIND, "not an enrolment answer")
    if claimed.body.kid != key.kid:
        raise Refused(RefusalReason.WRONG_AREA, "the answer is for another box's key")
    # Without a clock, the answer's own instant is the only one there is: nothing in it may have
    # expired before it was made.
    now = claimed.iat
    scope = Scope(serial=claimed.body.serial, is_test_mode=True, time_is_trusted=False)
    replay = MemoryReplayCache()
    answer = verify(outer.answer, trust=trust, scope=scope, now=now, replay=replay)
    assignment = verify(answer.body.assignment, trust=trust, scope=scope, now=now, replay=replay)
    if assignment.typ is not Kind.ASSIGNMENT:
        raise Refused(RefusalReason.WRONG_KIND, "not an assignment")
    return outer.root, answer, assignment
