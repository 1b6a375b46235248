"""The signed envelope round a body: what is said, to whom, by whom, and from when to when."""

import hashlib
import re
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from typing import Annotated, Any, Generic, NamedTuple, Self, TypeVar, cast

from pydantic import Field, ValidationError, model_validator

from speaker_link import jws
from speaker_link.bodies import BODIES, KINDS
from speaker_link.errors import RefusalReason, Refused
from speaker_link.fields import (
    LARGEST_INTEGER,
    AreaCode,
    Count,
    Identifier,
    Instant,
    KindName,
    PriorityName,
    Serial,
    Wire,
    write_instant,
)
from speaker_link.keys import PrivateKey, encode_base64url
from speaker_link.kinds import AREA_KINDS, RETAINED_KINDS, Kind, Priority
from speaker_link.messages import Alert, BoardText, Body, Live, Schedule, Takeover
from speaker_link.on_air import LIVE_GRACE
from speaker_link.updates import LONGEST_ROLL_BACK_LIFE, Update

TYPE = "tm+json"
BOX_TYPE = "tm-box+json"
MAX_BYTES = 256 * 1024
# A will is the last word of its session whatever was said in it.
LAST_WORD = LARGEST_INTEGER

# How long a message may live at most, so that a slip of the pen does not last for years; and how
# long it lives when nothing else is asked for.
LONGEST_LIFE = {
    Kind.SCHEDULE: timedelta(days=8),
    Kind.TEXT: timedelta(days=8),
    # No longer than a box remembers their versions.
    Kind.TAKEOVER: timedelta(days=7),
    Kind.ALERT: timedelta(days=7),
    Kind.LIVE: timedelta(minutes=2),
    Kind.COMMAND: timedelta(days=1),
    Kind.TIME: timedelta(minutes=5),
    Kind.ACK: timedelta(days=8),
    Kind.ENROLMENT_ANSWER: timedelta(hours=1),
    Kind.ASSIGNMENT: timedelta(days=3700),
    Kind.REVOCATIONS: timedelta(days=3700),
    Kind.ROOT_ROTATION: timedelta(days=3700),
    Kind.UPDATE: timedelta(days=3700),
}
USUAL_LIFE = {
    Kind.SCHEDULE: timedelta(hours=48),
    Kind.TEXT: timedelta(hours=48),
    # From `until`, and for a segment from its `start`.
    Kind.TAKEOVER: timedelta(hours=1),
    Kind.ALERT: timedelta(hours=1),
    Kind.LIVE: LIVE_GRACE,
    Kind.COMMAND: timedelta(minutes=10),
    Kind.TIME: timedelta(seconds=30),
    Kind.ACK: timedelta(days=1),
    Kind.ENROLMENT_ANSWER: timedelta(minutes=10),
    Kind.ASSIGNMENT: timedelta(days=3650),
    Kind.REVOCATIONS: timedelta(days=3650),
    Kind.ROOT_ROTATION: timedelta(days=3650),
    # Long enough to reach every box; an old program is not good for ever.
    Kind.UPDATE: timedelta(days=400),
}
# These speak to areas, these to every box; all others to one box.
_TO_AREAS = AREA_KINDS
_TO_ALL = frozenset({Kind.REVOCATIONS, Kind.ROOT_ROTATION})
FROM_BOXES = frozenset(
    {
        Kind.STATUS,
        Kind.PLAY_REPORT,
        Kind.HELD,
        Kind.TEXT_REPORT,
        Kind.REFUSAL,
        Kind.COMMAND_RESULT,
        Kind.LOG,
        Kind.LOCAL_ISSUE,
        Kind.UPDATE_REPORT,
        Kind.TIME_REQUEST,
    }
)

BodyT = TypeVar("BodyT", bound=Body)


class Signer(NamedTuple):
    """A key and the certificate text that travels with it; the root key has none."""

    key: PrivateKey
    certificate: str | None = None


class Message(Wire, Generic[BodyT]):
    """What a box is told."""

    typ: KindName
    id: Identifier
    iat: Instant
    nbf: Instant
    exp: Instant
    to: Serial | None = None
    areas: Annotated[list[AreaCode], Field(min_length=1, max_length=1000)] | None = None
    priority: PriorityName = Priority.ROUTINE
    # For boxes on a test bench only.
    test: bool = False
    body: BodyT

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if not self.nbf < self.exp:
            raise ValueError("a message that is never valid")
        if self.exp - min(self.iat, self.nbf) > LONGEST_LIFE[self.typ]:
            raise ValueError("a message that lives too long for its kind")
        if (self.areas is not None) != (self.typ in _TO_AREAS):
            raise ValueError("this kind of message is not addressed to areas, or only to them")
        if (self.to is not None) != (self.typ not in _TO_AREAS | _TO_ALL):
            raise ValueError("this kind of message is addressed in another way")
        body = self.body
        if (
            isinstance(body, Update)
            and body.is_roll_back
            and self.exp - min(self.iat, self.nbf) > LONGEST_ROLL_BACK_LIFE
        ):
            raise ValueError("a roll-back that lives too long")
        if isinstance(body, Live) and self.exp > body.start + LIVE_GRACE:
            raise ValueError("a segment that is valid after its instant")
        if isinstance(body, Alert):
            if self.priority is not Priority.EMERGENCY:
                raise ValueError("an alert is an emergency")
            if self.test != (body.status == "Test"):
                raise ValueError("test stands on alerts with status Test, and only on them")
        return self

    @property
    def stream(self) -> str | None:
        """What `version` counts in; `None` for an event."""
        if self.typ not in RETAINED_KINDS:
            return None
        body = self.body
        if isinstance(body, Takeover):
            return f"{self.typ}/{body.station}/{body.takeover}"
        if isinstance(body, Alert):
            return f"{self.typ}/{body.station}/{body.alert}"
        owner = getattr(body, "station", None) or self.to
        return f"{self.typ}/{owner}" if owner else str(self.typ)


class BoxMessage(Wire, Generic[BodyT]):
    """What a box tells, signed with the box's own key.

    `session` rises with every connection the box ever makes with this key, `sequence` within a
    session: together they order a box's words without trusting its clock, which `iat` shows.
    """

    typ: KindName
    id: Identifier
    iat: Instant
    box: Serial
    session: Count
    sequence: Count
    body: BodyT

    @property
    def order(self) -> tuple[int, int]:
        return (self.session, self.sequence)


@cache
def message_class(kind: Kind) -> type[Message[Any]]:
    return cast("type[Message[Any]]", Message.__class_getitem__(BODIES[kind]))


@cache
def box_message_class(kind: Kind) -> type[BoxMessage[Any]]:
    return cast("type[BoxMessage[Any]]", BoxMessage.__class_getitem__(BODIES[kind]))


def new_id() -> str:
    return encode_base64url(secrets.token_bytes(15))


def _usual_life(body: Body, kind: Kind, now: datetime) -> timedelta:
    life = USUAL_LIFE[kind]
    if isinstance(body, Live):
        return body.start - now + life
    if isinstance(body, Takeover | Alert):
        return max(body.until - now, timedelta()) + life
    if isinstance(body, Update) and body.is_roll_back:
        return LONGEST_ROLL_BACK_LIFE
    return life


def compose(
    body: BodyT,
    *,
    now: datetime,
    to: str | None = None,
    areas: list[str] | None = None,
    priority: Priority | None = None,
    lives: timedelta | None = None,
    test: bool = False,
    id: str | None = None,  # noqa: A002 - the name on the wire
) -> Message[BodyT]:
    """Put a body into a message that is valid from `now` for as long as its kind usually lives.

    A schedule or text has the priority of its highest item, which a box insists on; an alert is an
    emergency. Takeovers and alerts live a while longer than they are on air, a segment as long as
    it is worth anything.
    """
    kind = KINDS[type(body)]
    if priority is None:
        priority = Priority.ROUTINE
        if isinstance(body, Schedule | BoardText):
            priority = body.highest_priority
        elif isinstance(body, Alert):
            priority = Priority.EMERGENCY
    if lives is None:
        lives = _usual_life(body, kind, now)
    return message_class(kind)(
        typ=kind,
        id=id or new_id(),
        iat=now,
        nbf=now,
        exp=now + lives,
        to=to,
        areas=areas,
        priority=priority,
        test=test,
        body=body,
    )


def sign(message: Message[Any], *, by: Iterable[Signer]) -> str:
    """The text that goes to the broker: JWS General JSON Serialization."""
    payload = message.model_dump_json(exclude_none=True).encode()
    return jws.sign(payload, typ=TYPE, signers=by)


def countersign(text: str, *, by: Signer, start: datetime | None = None) -> str:
    """Add a second person's signature to a message that someone else signed.

    It checks nothing: who countersigns reads the message first (`peek`). With `start`, which an
    alert only may have, this signature says when it is to be heard instead of the body.
    """
    payload, signatures = jws.split(text)
    return jws.join(
        *(payload, signatures),
        typ=TYPE,
        signers=[by],
        start=None if start is None else write_instant(start),
    )


def open_signed(text: str | bytes) -> tuple[str, list[jws.Signature]]:
    """The encoded payload of a message to boxes and its signatures; nothing is proven."""
    return jws.open_general(text, typ=TYPE, extensions=jws.EXTENSIONS | {jws.START_HEADER})


def peek(text: str | bytes) -> Message[Any]:
    """Read a message without proving anything: to show it, never to obey it."""
    payload, _ = open_signed(text)
    return parse_payload(jws.decode(payload, "payload"))


def digest_of(payload: str) -> str:
    return hashlib.sha256(payload.encode("ascii")).hexdigest()


def check_size(text: str | bytes, limit: int) -> None:
    # A character is at least a byte, so a long text need not be encoded to be refused.
    length = len(text)
    if isinstance(text, str) and length <= limit:
        length = len(text.encode("utf-8", "surrogatepass"))
    if length > limit:
        raise Refused(RefusalReason.TOO_LARGE, f"more than {limit} bytes")


def _read(raw: bytes) -> tuple[Kind, dict[str, Any]]:
    # One parser for all that follows: two may differ about the same text.
    parsed = jws.parse_json(raw)
    try:
        return Kind(str(parsed.get("typ"))), parsed
    except ValueError as error:
        raise Refused(RefusalReason.WRONG_KIND, "a kind of message unknown here") from error


def parse_payload(raw: bytes) -> Message[Any]:
    kind, parsed = _read(raw)
    if kind not in LONGEST_LIFE:
        raise Refused(RefusalReason.WRONG_KIND, f"{kind} is not a message to boxes")
    try:
        return message_class(kind).model_validate(parsed)
    except ValidationError as error:
        raise Refused(RefusalReason.MALFORMED, jws.first_error(error)) from error


def parse_box_payload(raw: bytes) -> BoxMessage[Any]:
    kind, parsed = _read(raw)
    if kind not in FROM_BOXES:
        raise Refused(RefusalReason.WRONG_KIND, f"{kind} is not a message from boxes")
    try:
        return box_message_class(kind).model_validate(parsed)
    except ValidationError as error:
        raise Refused(RefusalReason.MALFORMED, jws.first_error(error)) from error


def id_in(payload: str) -> str | None:
    """The id a message claims, if it can be read at all: for the report of a refusal."""
    try:
        claimed = jws.parse_json(jws.decode(payload, "payload")).get("id")
    except Refused:
        return None
    if not isinstance(claimed, str) or not re.fullmatch(r"[0-9A-Za-z._-]{1,64}", claimed):
        return None
    return claimed
