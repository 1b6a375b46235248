"""Station certificates: what the root key allows another key to say, where, and until when."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Self

from pydantic import Field, ValidationError, model_validator

from speaker_link import jws
from speaker_link.errors import RefusalReason, Refused
from speaker_link.fields import (
    AreaCode,
    Identifier,
    Instant,
    Jwk,
    KindName,
    PriorityName,
    Title,
    Wire,
)
from speaker_link.keys import PrivateKey, PublicKey
from speaker_link.kinds import CERTIFIABLE_KINDS, Kind, Priority

TYPE = "tm-cert+json"


class Certificate(Wire):
    """Signed by the root key. `holder` is the person or service that keeps `key`.

    An emergency needs two holders, so one person with two keys has two certificates with one and
    the same holder.
    """

    serial: Identifier
    key: Jwk
    holder: Title
    areas: Annotated[list[AreaCode], Field(min_length=1, max_length=1000)]
    highest_priority: PriorityName
    kinds: Annotated[list[KindName], Field(min_length=1, max_length=16)]
    nbf: Instant
    exp: Instant

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if self.exp <= self.nbf:
            raise ValueError("a certificate that is never valid")
        if not CERTIFIABLE_KINDS.issuperset(self.kinds):
            raise ValueError("only the root key may sign such a message")
        return self

    def covers(self, areas: Iterable[str]) -> bool:
        """Is one of these areas (a box's own path, say) under this certificate?"""
        return not set(self.areas).isdisjoint(areas)

    def allows(self, kind: Kind, priority: Priority) -> bool:
        return kind in self.kinds and priority.rank <= self.highest_priority.rank

    def is_valid_at(self, now: datetime) -> bool:
        return self.nbf <= now < self.exp


def issue(certificate: Certificate, *, root: PrivateKey) -> str:
    """Sign a certificate with the root key; the text goes into every message its key signs."""
    return jws.sign_compact(
        certificate.model_dump_json(exclude_none=True).encode(), key=root, typ=TYPE
    )


def read(text: str, *, roots: Iterable[PublicKey]) -> Certificate:
    """Check a certificate against the pinned roots; `Refused` as `verify` would."""
    header, payload = jws.open_compact(text, keys={root.kid: root for root in roots})
    if header.get("typ") != TYPE:
        raise Refused(RefusalReason.MALFORMED, "the certificate is of another type")
    parsed = jws.parse_json(payload)
    try:
        return Certificate.model_validate(parsed)
    except ValidationError as error:
        raise Refused(RefusalReason.MALFORMED, f"certificate: {jws.first_error(error)}") from error
