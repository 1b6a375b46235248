"""What two people sign when they give another authority a standing certificate.

A JWS in the general JSON serialization, as messages to boxes are, with a `typ` of its own, so that
no box takes it for an order. Everything that limits its use is read from here and never from the
database's columns: whoever changes a row changes nothing.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Annotated, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import Field, ValidationError
from speaker_link import jws
from speaker_link.errors import RefusalReason, Refused
from speaker_link.fields import AreaCode, Identifier, Instant, Jwk, Title, Wire
from speaker_link.kinds import Kind, Priority

from tiengmo.alerts.errors import AlertError
from tiengmo.people.queries import line_of
from tiengmo.places.queries import unit_by_code
from tiengmo.speakers.models import IssuerKey
from tiengmo.speakers.revocations import trust_now

if TYPE_CHECKING:
    from datetime import datetime

    from speaker_link.certificates import Certificate
    from speaker_link.envelope import Signer
    from speaker_link.trust import Trust

TYPE = "tm-standing+json"

MonthDay = Annotated[str, Field(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")]
Day = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$")]


class Paper(Wire):
    """Whose messages count, of what, where and when, and the key that then signs with a person.

    `certificate` is the authority's own, in PEM: the one that made the XML signature. `events` are
    its words for the hazard, compared without regard to case.
    """

    serial: Identifier
    iat: Instant
    feed: Annotated[str, Field(max_length=500)]
    sender: Title
    certificate: Annotated[str, Field(max_length=20_000)]
    hazard: Identifier
    events: Annotated[list[Title], Field(min_length=1, max_length=20)]
    areas: Annotated[list[AreaCode], Field(min_length=1, max_length=200)]
    season_first: MonthDay
    season_last: MonthDay
    until: Day
    key: Jwk


def write(paper: Paper, *, by: Signer) -> str:
    return jws.sign(paper.model_dump_json().encode(), typ=TYPE, signers=[by])


def countersign(text: str, *, by: Signer) -> str:
    payload, signatures = jws.split(text)
    return jws.join(payload, signatures, typ=TYPE, signers=[by])


def peek(text: str) -> Paper:
    """Read it without proving anything: to show it, never to go by it. Raises AlertError."""
    try:
        payload, _signatures = jws.open_general(text, typ=TYPE)
        return _parse(payload)
    except Refused as refusal:
        raise AlertError(_("Giấy uỷ quyền này không đọc được.")) from refusal


def own_kid(text: str, *, otherwise: str) -> str:
    """The key that the paper names, to take it back: the column's only where it is unreadable."""
    try:
        return peek(text).key.kid
    except AlertError:
        return otherwise


def read(text: str) -> Paper:
    """The paper, if two people who may warn in all of its area have signed it.

    Raises AlertError: one signature, one person twice, a stranger, a key that may not warn there,
    a key that was taken back since, or a text that was changed.
    """
    trust = trust_now()
    try:
        payload, signatures = jws.open_general(text, typ=TYPE)
        paper = _parse(payload)
        found = [_certificate(one, trust, paper.iat) for one in signatures]
    except Refused as refusal:
        raise AlertError(
            _("Giấy uỷ quyền này không có hai chữ ký hợp lệ: không được dùng.")
        ) from refusal
    # The root's signed list, not only the column: that could be emptied by who owns the database.
    is_revoked = any(trust.has_revoked(one.key.kid, one.serial) for one in found)
    kids = [one.key.kid for one in found]
    if is_revoked or IssuerKey.objects.filter(kid__in=kids).exclude(revoked_at=None).exists():
        raise AlertError(_("Khoá ký của một người đã ký giấy uỷ quyền này đã bị thu hồi."))
    if trust.has_revoked(paper.key.kid):
        raise AlertError(_("Giấy uỷ quyền này đã bị thu hồi."))
    lines = [_line_of(code) for code in paper.areas]
    if not all(one.covers(line) for one in found for line in lines):
        raise AlertError(_("Người ký giấy uỷ quyền này không có quyền trên toàn địa bàn của nó."))
    if not any(
        one.key != other.key and one.serial != other.serial and one.holder != other.holder
        for one, other in combinations(found, 2)
    ):
        raise AlertError(_("Giấy uỷ quyền này chưa có chữ ký của hai người."))
    return paper


def _parse(payload: str) -> Paper:
    parsed: dict[str, Any] = jws.parse_json(jws.decode(payload, "payload"))
    try:
        return Paper.model_validate(parsed)
    except ValidationError as error:
        raise AlertError(_("Giấy uỷ quyền này không đọc được.")) from error


def _certificate(signature: jws.Signature, trust: Trust, at: datetime) -> Certificate:
    """Whose signature this is; Refused when it is nobody's who may warn."""
    text = signature.header.get(jws.CERTIFICATE_HEADER)
    if not isinstance(text, str):
        raise Refused(RefusalReason.UNKNOWN_KEY, "no certificate")
    certificate = trust.certificate(text, now=timezone.now())
    key = certificate.key
    if key.kid != signature.header["kid"] or not key.verifies(
        signature.signature, signature.signed
    ):
        raise Refused(RefusalReason.BAD_SIGNATURE, "the signature does not fit")
    if not certificate.allows(Kind.ALERT, Priority.EMERGENCY) or not certificate.is_valid_at(at):
        raise Refused(RefusalReason.OVER_PRIORITY, "this key may not warn")
    return certificate


def _line_of(code: str) -> list[str]:
    unit = unit_by_code(code)
    return [one.code for one in line_of(unit)] if unit is not None else [code]
