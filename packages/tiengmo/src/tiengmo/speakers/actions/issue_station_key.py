from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from speaker_link import certificates
from speaker_link.certificates import Certificate
from speaker_link.envelope import new_id
from speaker_link.keys import PrivateKey
from speaker_link.kinds import Kind, Priority

from tiengmo.audit.actions import record
from tiengmo.speakers import keys
from tiengmo.speakers.models import KeyPurpose, StationKey

if TYPE_CHECKING:
    from tiengmo.audit.actors import Actor
    from tiengmo.places.models import Unit

# Long enough not to lapse unnoticed in the middle of a year, short enough that a lost key ends.
LIFE = timedelta(days=400)
_KINDS = {
    KeyPurpose.STATION: [Kind.SCHEDULE, Kind.COMMAND, Kind.TAKEOVER, Kind.LIVE],
    KeyPurpose.GATEWAY: [
        Kind.TIME,
        Kind.ACK,
        Kind.ASSIGNMENT,
        Kind.ENROLMENT_ANSWER,
        Kind.COMMAND,
    ],
    # A key of its own: a certificate that names a kind which a box in use does not know is
    # malformed to it, and with it everything that the station says.
    KeyPurpose.BOARD: [Kind.TEXT],
    KeyPurpose.UPDATE: [Kind.UPDATE],
}


def issue_station_key(
    unit: Unit,
    *,
    by: Actor,
    purpose: KeyPurpose = KeyPurpose.STATION,
    holder: str = "",
    highest_priority: Priority = Priority.PRIORITY,
    life: timedelta = LIFE,
    areas: list[str] | None = None,
) -> StationKey:
    """Make a signing key for a unit and have the root key certify it for that unit's area.

    `areas` is wider than the unit where it also takes over those of units before it. Whoever
    runs this holds the root key's medium: that, and not an account, is the authority.

    Raises:
        RootKeyMissing: the root's private key is not here.
    """
    root = keys.root_private()
    key = PrivateKey.generate()
    now = timezone.now()
    certificate = Certificate(
        serial=new_id(),
        key=key.public,
        holder=holder or f"{unit.name} ({unit.code})",
        areas=areas or [unit.code],
        highest_priority=highest_priority,
        kinds=_KINDS[purpose],
        # A box whose clock is a little behind must take it at once.
        nbf=now - timedelta(minutes=5),
        exp=now + life,
    )
    keys.keep_private(key)
    with transaction.atomic():
        row = StationKey.objects.create(
            kid=key.kid,
            unit=unit,
            purpose=purpose,
            holder=certificate.holder,
            certificate_serial=certificate.serial,
            certificate=certificates.issue(certificate, root=root),
            areas=certificate.areas,
            highest_priority=highest_priority,
            not_before_at=certificate.nbf,
            expires_at=certificate.exp,
        )
        record(
            "speakers.key_issued",
            by=by,
            subject=row,
            detail={
                "unit": unit.code,
                "holder": row.holder,
                "purpose": purpose,
                "highest_priority": highest_priority,
                "expires_at": row.expires_at.isoformat(),
            },
        )
    return row
