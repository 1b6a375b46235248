from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from speaker_link.enrolment import EnrolmentCode as Code
from speaker_link.enrolment import write_answer
from speaker_link.envelope import compose
from speaker_link.errors import InvalidEnrolmentCode
from speaker_link.messages import Broker, BrokerAddress, EnrolmentAnswer, EnrolmentRequest

from tiengmo.audit.actions import record
from tiengmo.audit.actors import SYSTEM
from tiengmo.speakers import keys
from tiengmo.speakers.brokers.addresses import Address, cluster_addresses
from tiengmo.speakers.brokers.passwords import hash_password, new_password
from tiengmo.speakers.errors import EnrolmentRefused
from tiengmo.speakers.models import Box, EnrolmentCode
from tiengmo.speakers.rules import households_in_range, new_serial

from .publish_assignment import publish_assignment

if TYPE_CHECKING:
    from speaker_link.keys import PublicKey


@dataclass(frozen=True)
class Enrolment:
    """A box that is in. `answer` is what it is told; `password` is for the broker only."""

    box: Box
    password: str
    answer: str


def enrol_box(request: EnrolmentRequest) -> Enrolment:
    """Let a box in with its one-time code: a serial, broker credentials and its first assignment.

    A box whose answer was lost asks again with the same code and key, and gets the same serial
    with new credentials while the code lives. The request's signature is already verified.

    Raises:
        EnrolmentRefused: the code is unknown, expired, or was used by another key.
        NoStationKey, RootKeyMissing: this server cannot vouch for anything yet.
    """
    root, signer = keys.root_public(), keys.gateway_signer()
    digest = _digest(request.code)
    password = new_password()
    with transaction.atomic():
        code = (
            EnrolmentCode.objects.select_for_update()
            .filter(code_hash=digest, expires_at__gt=timezone.now())
            .first()
        )
        if code is None:
            raise EnrolmentRefused(_("Mã đăng ký không đúng hoặc đã hết hạn."))
        if code.box is None:
            box = _admit(code, request, password)
        elif code.key_thumbprint == request.key.kid and not code.box.is_retired:
            box = code.box
            box.broker_password = dict(hash_password(password))
            box.is_broker_account_current = False
            box.save(update_fields=["broker_password", "is_broker_account_current"])
        else:
            raise EnrolmentRefused(_("Mã đăng ký này đã được dùng cho một máy khác."))
        assignment = publish_assignment(box)
        answer = compose(
            EnrolmentAnswer(
                serial=box.serial,
                kid=request.key.kid,
                broker=_broker(box.serial, password),
                assignment=assignment.payload,
            ),
            now=timezone.now(),
            to=box.serial,
        )
        return Enrolment(box, password, write_answer(answer, root=root, by=signer))


def _digest(text: str) -> str:
    try:
        return Code.parse(text).digest()
    except InvalidEnrolmentCode as error:
        raise EnrolmentRefused(_("Mã đăng ký gõ sai: hãy xem lại từng chữ.")) from error


def _admit(code: EnrolmentCode, request: EnrolmentRequest, password: str) -> Box:
    if _is_known(request.key):
        raise EnrolmentRefused(_("Khoá của máy này đã đăng ký rồi."))
    village, placement = code.village, dict(code.placement)
    lo, hi = households_in_range(village.households)
    number = Box.objects.filter(village=village).count() + 1
    box = Box.objects.create(
        serial=new_serial(),
        name=code.name
        or _("Cụm loa %(number)d, %(village)s")
        % {
            "number": number,
            "village": village,
        },
        village=village,
        public_key=request.key.to_jwk(),
        key_thumbprint=request.key.kid,
        broker_password=hash_password(password),
        model=request.model,
        agent_version=request.agent_version[:40],
        **{
            "latitude": village.latitude,
            "longitude": village.longitude,
            "households_lo": lo,
            "households_hi": hi,
            "range_method": _("chưa khảo sát: từ một nửa đến toàn bộ số hộ của thôn"),
        }
        | placement,
    )
    code.box, code.used_at, code.key_thumbprint = box, timezone.now(), request.key.kid
    code.save(update_fields=["box", "used_at", "key_thumbprint"])
    record(
        "speakers.box_enrolled",
        by=SYSTEM,
        subject=box,
        detail={"village": village.code, "model": request.model, "key": request.key.kid},
    )
    return box


def _is_known(key: PublicKey) -> bool:
    return Box.objects.filter(key_thumbprint=key.kid).exists()


def _broker(serial: str, password: str) -> Broker:
    nodes = cluster_addresses() or [
        Address(settings.BROKER_PUBLIC_HOST or settings.BROKER_HOST, settings.BROKER_PORT)
    ]
    # Every box begins at another node, so that a cluster's nodes carry as many boxes each.
    first = zlib.crc32(serial.encode()) % len(nodes)
    node, *others = [*nodes[first:], *nodes[:first]]
    named = node if cluster_addresses() else Address(settings.BROKER_HOST, settings.BROKER_PORT)
    authority = settings.KEYS / "tls" / "authority.crt"
    return Broker(
        host=node.host,
        port=node.port,
        others=[BrokerAddress(host=one.host, port=one.port) for one in others[:8]] or None,
        uses_tls=named.uses_tls,
        authority=authority.read_text() if named.uses_tls and authority.exists() else None,
        username=serial,
        password=password,
    )
