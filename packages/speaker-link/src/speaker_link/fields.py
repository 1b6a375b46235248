"""Field types that the messages share, and the base that makes them strict."""

import re
from datetime import UTC, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, PlainValidator, WithJsonSchema

from speaker_link.errors import InvalidKey
from speaker_link.keys import PublicKey
from speaker_link.kinds import Kind, Priority

_RFC3339 = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")
# Numbers above this do not survive a JSON parser that keeps them as doubles (RFC 8259 section 6).
LARGEST_INTEGER = 2**53 - 1


class Wire(BaseModel):
    """Unknown members, guessed types, NaN and infinity are refused, never passed over."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        frozen=True,
        allow_inf_nan=False,
        # A box builds the validators of the messages it meets, not of all at start.
        defer_build=True,
    )


# A year before this is nobody's schedule.
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


def read_instant(value: object) -> datetime:
    if isinstance(value, str):
        if _RFC3339.fullmatch(value) is None:
            raise ValueError("not an instant such as 2026-11-21T05:30:00.000Z")
        instant = datetime.fromisoformat(value)
    elif not isinstance(value, datetime):
        raise ValueError("not an instant")  # noqa: TRY004 - pydantic reports no other kind
    elif value.tzinfo is None:
        raise ValueError("an instant needs its time zone")
    else:
        instant = value.astimezone(UTC)
        instant = instant.replace(microsecond=instant.microsecond // 1000 * 1000)
    if instant < _EARLIEST:
        raise ValueError("an instant before the year 2000")
    return instant


def write_instant(instant: datetime) -> str:
    # Faster than strftime by far, and a schedule has hundreds.
    return instant.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


Instant = Annotated[
    datetime,
    PlainValidator(read_instant),
    PlainSerializer(write_instant, return_type=str),
    WithJsonSchema(
        {"type": "string", "pattern": f"^{_RFC3339.pattern}$", "description": "UTC, RFC 3339"}
    ),
]


def _read_key(value: object) -> PublicKey:
    if isinstance(value, PublicKey):
        return value
    if not isinstance(value, dict):
        raise ValueError("not a JWK")  # noqa: TRY004 - pydantic reports no other kind
    if "d" in value:
        raise ValueError("a private key where a public one belongs")
    try:
        return PublicKey.from_jwk(value)
    except InvalidKey as error:
        raise ValueError(str(error)) from error


Jwk = Annotated[
    PublicKey,
    PlainValidator(_read_key),
    PlainSerializer(lambda key: key.to_jwk(), return_type=dict[str, str]),
    WithJsonSchema(
        {
            "type": "object",
            "description": "An Ed25519 public key; kid is its RFC 7638 thumbprint",
            "properties": {
                "kty": {"const": "OKP"},
                "crv": {"const": "Ed25519"},
                "x": {"type": "string", "pattern": "^[0-9A-Za-z_-]{43}$"},
                "kid": {"type": "string", "pattern": "^[0-9A-Za-z_-]{43}$"},
                "d": False,
            },
            "required": ["kty", "crv", "x"],
        }
    ),
]


# No control characters: these texts are printed on screens and in logs.
_PRINTED = r"^[^\x00-\x1f\x7f]*$"

Identifier = Annotated[str, Field(pattern=r"^[0-9A-Za-z._-]{1,64}$")]
Serial = Annotated[str, Field(pattern=r"^[0-9A-Za-z._-]{1,64}$")]
AreaCode = Annotated[str, Field(pattern=r"^[0-9A-Za-z._-]{1,64}$")]
KeyName = Annotated[str, Field(pattern=r"^[0-9A-Za-z_-]{43}$")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[0-9A-Za-z]{2,8})*$")]
Title = Annotated[str, Field(min_length=1, max_length=300, pattern=_PRINTED)]
Text = Annotated[str, Field(max_length=1000, pattern=_PRINTED)]
Count = Annotated[int, Field(ge=0, le=LARGEST_INTEGER)]
Version = Annotated[int, Field(ge=1, le=LARGEST_INTEGER)]
Milliseconds = Annotated[int, Field(ge=-LARGEST_INTEGER, le=LARGEST_INTEGER)]
Percent = Annotated[int, Field(ge=0, le=100)]
# Python callers hold these as plain strings from a database: the value decides, not the class.
PriorityName = Annotated[Priority, Field(strict=False)]
KindName = Annotated[Kind, Field(strict=False)]
