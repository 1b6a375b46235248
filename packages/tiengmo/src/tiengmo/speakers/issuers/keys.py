from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from speaker_link import certificates
from speaker_link.certificates import Certificate
from speaker_link.envelope import new_id
from speaker_link.key_files import KeyFile
from speaker_link.keys import PrivateKey, PublicKey
from speaker_link.kinds import Kind, Priority
from speaker_link.sealing import seal

from tiengmo.audit.actions import record
from tiengmo.people.models import Role
from tiengmo.people.queries import units_where
from tiengmo.speakers import keys
from tiengmo.speakers.errors import SpeakerError
from tiengmo.speakers.models import IssuerKey
from tiengmo.speakers.revocations import publish_revocations

from .passphrases import check_passphrase

if TYPE_CHECKING:
    from tiengmo.audit.actors import Actor
    from tiengmo.people.models import User
    from tiengmo.places.models import Unit

LIFE = timedelta(days=400)
ISSUING_ROLES = (Role.APPROVER, Role.OPERATOR)


def make_person_key(user: User, *, passphrase: str) -> IssuerKey:
    """Make the person's own key under their passphrase; it counts once the root has certified it.

    A key of theirs that still waits for the root is thrown away: nobody ever trusted it.

    Raises:
        SpeakerError: a passphrase that is too weak.
    """
    check_passphrase(passphrase, user)
    key = PrivateKey.generate()
    with transaction.atomic():
        IssuerKey.objects.filter(user=user, certificate="").delete()
        row = IssuerKey.objects.create(
            kid=key.kid,
            user=user,
            public_key=key.public.to_jwk(),
            sealed=seal(key, passphrase),
            holder=holder_of(user),
        )
        record("speakers.person_key_made", by=user, subject=row)
    return row


def holder_of(user: User) -> str:
    """The name in the certificate: one person is one holder, however many keys they have."""
    return f"{user.get_full_name()} (#{user.pk})"[:300]


def issue_person_key(
    row: IssuerKey, *, by: Actor, unit: Unit | None = None, life: timedelta = LIFE
) -> IssuerKey:
    """Have the root key certify a person's key for alerts and takeovers of a unit's area.

    Without a unit: of every unit where they are approver or operator.

    Whoever runs this holds the root key's medium: that, and not an account, is the authority.

    Raises:
        RootKeyMissing: the root's private key is not here.
        SpeakerError: the person has no role that issues alerts there.
    """
    root = keys.root_private()
    where = [one for role in ISSUING_ROLES for one in units_where(row.user, role)]
    chosen = [unit] if unit is not None else where
    if not chosen or not set(chosen) <= set(where):
        raise SpeakerError(
            _("%(person)s chưa có vai trò người duyệt hoặc trực đài tại đơn vị này.")
            % {"person": row.user}
        )
    now = timezone.now()
    certificate = Certificate(
        serial=new_id(),
        key=PublicKey.from_jwk(row.public_key),
        holder=holder_of(row.user),
        areas=sorted({one.code for one in chosen}),
        highest_priority=Priority.EMERGENCY,
        kinds=[Kind.ALERT, Kind.TAKEOVER],
        # A box whose clock is a little behind must take it at once.
        nbf=now - timedelta(minutes=5),
        exp=now + life,
    )
    with transaction.atomic():
        row.unit = chosen[0]
        row.holder = certificate.holder
        row.areas = certificate.areas
        row.certificate_serial = certificate.serial
        row.certificate = certificates.issue(certificate, root=root)
        row.not_before_at, row.expires_at = certificate.nbf, certificate.exp
        row.save(
            update_fields=[
                "unit", "holder", "areas", "certificate_serial", "certificate", "not_before_at",
                "expires_at",
            ]
        )  # fmt: skip
        record(
            "speakers.person_key_issued",
            by=by,
            subject=row,
            detail={
                "areas": certificate.areas,
                "holder": row.holder,
                "expires_at": certificate.exp.isoformat(),
            },
        )
    return row


def carry_key(row: IssuerKey, *, by: User) -> str:
    """Give a person their own key in a file, sealed as it is here: they take it to a box.

    Raises:
        SpeakerError: the key is another's, was revoked, or is not certified yet.
    """
    if row.user_id != by.pk:
        raise SpeakerError(_("Đây là khoá của người khác."))
    if not row.is_certified or row.revoked_at is not None:
        raise SpeakerError(_("Khoá ký này chưa được chứng nhận hoặc đã bị thu hồi."))
    file = KeyFile(kid=row.kid, holder=row.holder, certificate=row.certificate, sealed=row.sealed)
    with transaction.atomic():
        record("speakers.person_key_carried", by=by, subject=row)
    return file.write()


def revoke_person_key(row: IssuerKey, *, by: Actor, reason: str) -> None:
    """Make every box distrust a person's key for ever; needs the root key.

    Raises:
        RootKeyMissing: the root's private key is not here.
    """
    root = keys.root_private()
    with transaction.atomic():
        row = IssuerKey.objects.select_for_update().get(pk=row.pk)
        if row.revoked_at is not None:
            return
        row.revoked_at = timezone.now()
        row.revocation_reason = reason
        row.save(update_fields=["revoked_at", "revocation_reason"])
        publish_revocations(root)
        record("speakers.key_revoked", by=by, subject=row, detail={"reason": reason})
