"""A box's whole judgement of a message: `verify` returns it typed, or raises `Refused`."""

from datetime import datetime, timedelta
from itertools import combinations
from typing import Any, NamedTuple

from speaker_link import envelope, jws, topics
from speaker_link.certificates import Certificate
from speaker_link.envelope import LONGEST_LIFE, MAX_BYTES, BoxMessage, Message
from speaker_link.errors import RefusalReason, Refused
from speaker_link.fields import read_instant
from speaker_link.keys import PublicKey
from speaker_link.kinds import RETAINED_KINDS, ROOT_KINDS, TIMELESS_KINDS, Kind, Priority
from speaker_link.messages import (
    Alert,
    Assignment,
    BoardText,
    Live,
    RootRotation,
    Schedule,
    Takeover,
    TimeAnswer,
)
from speaker_link.replay import ReplayCache
from speaker_link.trust import Scope, Trust

# A box's corrected clock may be this far behind the server's before a fresh message looks early.
CLOCK_TOLERANCE = timedelta(seconds=5)
# Longer than a takeover or an alert may live: no older version of it comes after.
VERSIONS_REMEMBERED = LONGEST_LIFE[Kind.ALERT]
# What a box without an assignment may hear: who it is and what time it is.
_BEFORE_ASSIGNMENT = frozenset({Kind.ASSIGNMENT, Kind.ENROLMENT_ANSWER, Kind.TIME, Kind.ACK})

_OF_STATIONS = (Schedule, Takeover, Live, Alert, BoardText)


class _Signed(NamedTuple):
    """A signature that verified; without a certificate it is a pinned root's own."""

    kid: str
    certificate: Certificate | None
    start: datetime | None = None


def verify(
    text: str | bytes,
    *,
    trust: Trust,
    scope: Scope,
    now: datetime,
    replay: ReplayCache,
    topic: str | None = None,
    max_bytes: int = MAX_BYTES,
) -> Message[Any]:
    """Judge a message to a box and remember it; `now` is the server's clock as the box knows it.

    With `topic` it must also be a kind that the topic carries, about the box or station that the
    topic names: give it whenever there is one. Raises `Refused`, and nothing else.
    """
    envelope.check_size(text, max_bytes)
    payload, signatures = envelope.open_signed(text)
    try:
        message = _prove(payload, signatures, trust=trust, scope=scope, now=now, topic=topic)
        _remember(message, _digest(payload, signatures), replay)
    except Refused as refusal:
        refusal.message_id = refusal.message_id or envelope.id_in(payload)
        raise
    return message


def _prove(
    payload: str,
    signatures: list[jws.Signature],
    *,
    trust: Trust,
    scope: Scope,
    now: datetime,
    topic: str | None,
) -> Message[Any]:
    signed: list[_Signed] = []
    unknown: list[jws.Signature] = []
    for signature in signatures:
        by = _check_signature(signature, trust, now)
        if by is None:
            unknown.append(signature)
        else:
            signed.append(by)
    if not signed:
        raise Refused(RefusalReason.UNKNOWN_KEY, "nobody whom the pinned root knows signed this")
    message = envelope.parse_payload(jws.decode(payload, "payload"))
    if isinstance(message.body, RootRotation):
        _check_rotation(message.body, signed, unknown)
    elif unknown:
        raise Refused(RefusalReason.UNKNOWN_KEY, "one of the signatures is a stranger's")
    message = _with_start(message, signed)
    _check_kind(message, signed)
    if topic is not None:
        _check_topic(message, topic)
    _check_addressee(message, scope)
    for by in signed:
        if by.certificate is not None:
            _check_authority(message, by.certificate, scope)
    if isinstance(message.body, Live):
        _check_stream(message, message.body, signed, scope, now)
    else:
        _check_priority(message, signed)
    if message.test and not scope.is_test_mode:
        raise Refused(RefusalReason.TEST_MESSAGE, "a test for test benches, and this box is live")
    _check_time(message, signed, scope, now)
    return message


def _check_signature(signature: jws.Signature, trust: Trust, now: datetime) -> _Signed | None:
    """`None` for a key that carries no certificate and is no pinned root."""
    kid: str = signature.header["kid"]
    text = signature.header.get(jws.CERTIFICATE_HEADER)
    certificate: Certificate | None = None
    if text is None:
        key = trust.root(kid, now=now)
        if key is None:
            return None
    elif isinstance(text, str):
        certificate = trust.certificate(text, now=now)
        key = certificate.key
        if key.kid != kid:
            raise Refused(RefusalReason.BAD_SIGNATURE, "the certificate is another key's")
    else:
        raise Refused(RefusalReason.MALFORMED, f"{jws.CERTIFICATE_HEADER} is not a text")
    if not key.verifies(signature.signature, signature.signed):
        raise Refused(RefusalReason.BAD_SIGNATURE, "the signature does not fit the message")
    names = [kid] if certificate is None else [kid, certificate.serial]
    if trust.has_revoked(*names):
        raise Refused(RefusalReason.REVOKED, "the key or its certificate was revoked")
    return _Signed(kid, certificate, _start_in(signature))


def _start_in(signature: jws.Signature) -> datetime | None:
    text = signature.header.get(jws.START_HEADER)
    if text is None:
        return None
    try:
        return read_instant(str(text))
    except ValueError as error:
        raise Refused(RefusalReason.MALFORMED, f"{jws.START_HEADER}: {error}") from error


def _with_start(message: Message[Any], signed: list[_Signed]) -> Message[Any]:
    """The second holder knows when an alert goes out; the first could not."""
    starts = [by.start for by in signed if by.start is not None]
    if not starts:
        return message
    body = message.body
    if not isinstance(body, Alert) or not body.start <= min(starts) <= max(starts) < body.until:
        raise Refused(RefusalReason.MALFORMED, f"{jws.START_HEADER} has no place here")
    return message.model_copy(update={"body": body.model_copy(update={"start": max(starts)})})


def _digest(payload: str, signatures: list[jws.Signature]) -> str:
    """What is said, and when it is to be heard."""
    starts = [str(start) for one in signatures if (start := one.header.get(jws.START_HEADER))]
    return envelope.digest_of(".".join([payload, *sorted(starts)]))


def _check_rotation(
    body: RootRotation, signed: list[_Signed], unknown: list[jws.Signature]
) -> None:
    """Old and new root both sign. A box that pins the new one already has nothing left to prove."""
    if any(by.certificate is None and by.kid == body.new_root.kid for by in signed):
        return
    own = [signature for signature in unknown if signature.header["kid"] == body.new_root.kid]
    if not own:
        raise Refused(RefusalReason.ONE_SIGNATURE_SHORT, "the new root key did not sign")
    if len(unknown) != len(own):
        raise Refused(RefusalReason.UNKNOWN_KEY, "one of the signatures is a stranger's")
    if not all(body.new_root.verifies(one.signature, one.signed) for one in own):
        raise Refused(RefusalReason.BAD_SIGNATURE, "the new root's signature does not fit")


def _check_kind(message: Message[Any], signed: list[_Signed]) -> None:
    for by in signed:
        allowed = ROOT_KINDS if by.certificate is None else by.certificate.kinds
        if message.typ not in allowed:
            raise Refused(RefusalReason.WRONG_KIND, f"this key may not sign {message.typ}")


def _check_topic(message: Message[Any], topic: str) -> None:
    where = topics.parse(topic)
    if where is None or message.typ not in where.kinds:
        raise Refused(RefusalReason.WRONG_KIND, f"{message.typ} has no place on this topic")
    body = message.body
    owner = body.station if isinstance(body, _OF_STATIONS) else message.to or ""
    name = body.alert if isinstance(body, Alert) else getattr(body, "takeover", "")
    if (owner, name) != (where.owner, where.name):
        raise Refused(RefusalReason.WRONG_AREA, "the topic is another's")


def _check_addressee(message: Message[Any], scope: Scope) -> None:
    if message.to is not None and message.to != scope.serial:
        raise Refused(RefusalReason.WRONG_AREA, "addressed to another box")
    body = message.body
    if isinstance(body, Assignment) and body.serial != scope.serial:
        raise Refused(RefusalReason.WRONG_AREA, "another box's assignment")
    if message.areas is not None and set(message.areas).isdisjoint(scope.areas):
        refusal = Refused(RefusalReason.WRONG_AREA, "addressed to other areas")
        # A station's schedule and texts are for all its boxes; what else it says may be for some.
        refusal.concerns_others = bool(scope.areas) and not isinstance(body, Schedule | BoardText)
        raise refusal
    if isinstance(body, _OF_STATIONS) and body.station not in scope.stations:
        raise Refused(RefusalReason.WRONG_AREA, "a station that this box does not follow")


def _check_authority(message: Message[Any], certificate: Certificate, scope: Scope) -> None:
    """A commune's key never makes another commune's box speak: the box's own list decides."""
    if scope.areas:
        if not certificate.covers(scope.areas):
            raise Refused(RefusalReason.WRONG_AREA, "the key has no authority over this box")
    elif message.typ not in _BEFORE_ASSIGNMENT:
        raise Refused(RefusalReason.WRONG_AREA, "this box is not assigned to any area yet")
    body = message.body
    if isinstance(body, Assignment) and not certificate.covers(body.areas):
        raise Refused(RefusalReason.WRONG_AREA, "the key has no authority over the new areas")
    if isinstance(body, _OF_STATIONS) and not _may_speak_for(
        certificate, body.station, scope.areas
    ):
        raise Refused(RefusalReason.WRONG_AREA, "the key has no authority over the station")


def _may_speak_for(certificate: Certificate, station: str, path: tuple[str, ...]) -> bool:
    """The certificate names the station, or a unit above it: `path` runs from small to large.

    Otherwise a commune's key could write a version of the locality's schedule that no real one
    ever overtakes.
    """
    above = path[path.index(station) :] if station in path else (station,)
    return certificate.covers(above)


def _check_stream(
    message: Message[Any], body: Live, signed: list[_Signed], scope: Scope, now: datetime
) -> None:
    """A segment speaks with the authority of the takeover that named its key, and no other."""
    found = [
        one
        for one in scope.streams
        if (one.station, one.takeover, one.stream) == (body.station, body.takeover, body.stream)
    ]
    if not found or now >= found[0].until:
        raise Refused(RefusalReason.WRONG_STREAM, "no such stream is on air")
    (opened,) = found
    if {by.kid for by in signed} != {opened.kid}:
        raise Refused(RefusalReason.WRONG_STREAM, "the takeover named another key")
    if message.priority is not opened.priority or set(message.areas or ()) != opened.areas:
        raise Refused(RefusalReason.WRONG_STREAM, "areas or priority are not the takeover's")


def _check_priority(message: Message[Any], signed: list[_Signed]) -> None:
    priority: Priority = message.priority
    body = message.body
    if isinstance(body, Schedule | BoardText) and body.highest_priority.rank > priority.rank:
        raise Refused(RefusalReason.OVER_PRIORITY, "an item is above its message's priority")
    certificates = [by.certificate for by in signed if by.certificate is not None]
    if any(priority.rank > one.highest_priority.rank for one in certificates):
        raise Refused(RefusalReason.OVER_PRIORITY, f"this key may not sign {priority}")
    if isinstance(message.body, Alert) and message.test:
        return  # to test benches only, which no village hears
    if priority is Priority.EMERGENCY and not any(
        one.key != other.key and one.serial != other.serial and one.holder != other.holder
        for one, other in combinations(certificates, 2)
    ):
        raise Refused(
            RefusalReason.ONE_SIGNATURE_SHORT, "an emergency needs the signatures of two holders"
        )


def _check_time(message: Message[Any], signed: list[_Signed], scope: Scope, now: datetime) -> None:
    certificates = [by.certificate for by in signed if by.certificate is not None]
    if isinstance(message.body, TimeAnswer):
        # The nonce proves that it is fresh; the box's clock is the very thing in doubt.
        if message.body.nonce not in scope.nonces:
            raise Refused(RefusalReason.REPLAYED, "no time request waits for this answer")
        now = message.body.sent_at
    elif (
        not scope.time_is_trusted
        and message.typ not in TIMELESS_KINDS
        # Each segment has an instant of its own.
        and (message.priority is not Priority.EMERGENCY or isinstance(message.body, Live))
    ):
        raise Refused(RefusalReason.UNTRUSTED_TIME, "this box does not know the time yet")
    knows_it_is_early = scope.time_is_trusted or isinstance(message.body, TimeAnswer)
    for certificate in certificates:
        if now >= certificate.exp:
            raise Refused(RefusalReason.CERTIFICATE_EXPIRED, "the certificate has expired")
        if knows_it_is_early and now + CLOCK_TOLERANCE < certificate.nbf:
            raise Refused(RefusalReason.NOT_YET_VALID, "the certificate is not valid yet")
    if now >= message.exp:
        raise Refused(RefusalReason.EXPIRED, "the message has expired")
    if knows_it_is_early and now + CLOCK_TOLERANCE < message.nbf:
        raise Refused(RefusalReason.NOT_YET_VALID, "the message is not valid yet")


def _remember(message: Message[Any], digest: str, replay: ReplayCache) -> None:
    body, stream = message.body, message.stream
    if isinstance(body, Live):
        if not replay.follow(
            f"{body.station}/{body.takeover}/{body.stream}", sequence=body.sequence
        ):
            raise Refused(RefusalReason.REPLAYED, "the stream is beyond this segment")
    elif message.typ in RETAINED_KINDS and stream is not None:
        until = body.until + VERSIONS_REMEMBERED if isinstance(body, Takeover | Alert) else None
        if not replay.advance(stream, version=body.version, digest=digest, until=until):
            raise Refused(RefusalReason.OLDER_VERSION, "a newer version is known")
    elif not replay.claim(message.id, until=message.exp):
        raise Refused(RefusalReason.REPLAYED, "this message came before")


def verify_from_box(
    text: str | bytes,
    *,
    key: PublicKey,
    serial: str,
    topic: str | None = None,
    max_bytes: int = MAX_BYTES,
) -> BoxMessage[Any]:
    """The server's judgement of a box's message: its own key, its own serial, its own topic.

    The clock of a box may be wrong, so `iat` is not judged: `order` tells older statuses from newer
    ones, and a report's `id` makes a second copy harmless. Raises `Refused`, and nothing else.
    """
    envelope.check_size(text, max_bytes)
    payload, signatures = jws.open_general(text, typ=envelope.BOX_TYPE)
    try:
        return _prove_box(payload, signatures, key=key, serial=serial, topic=topic)
    except Refused as refusal:
        refusal.message_id = refusal.message_id or envelope.id_in(payload)
        raise


def _prove_box(
    payload: str, signatures: list[jws.Signature], *, key: PublicKey, serial: str, topic: str | None
) -> BoxMessage[Any]:
    if len(signatures) != 1 or signatures[0].header["kid"] != key.kid:
        raise Refused(RefusalReason.UNKNOWN_KEY, "not signed with this box's key")
    if not key.verifies(signatures[0].signature, signatures[0].signed):
        raise Refused(RefusalReason.BAD_SIGNATURE, "the signature does not fit the message")
    message = envelope.parse_box_payload(jws.decode(payload, "payload"))
    if message.box != serial:
        raise Refused(RefusalReason.WRONG_AREA, "another box's serial")
    if topic is not None:
        where = topics.parse(topic)
        if where is None or message.typ not in where.kinds:
            raise Refused(RefusalReason.WRONG_KIND, f"{message.typ} has no place on this topic")
        if where.owner != serial:
            raise Refused(RefusalReason.WRONG_AREA, "the topic is another's")
    return message
