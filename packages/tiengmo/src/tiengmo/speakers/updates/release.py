from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import ValidationError
from speaker_link import certificates
from speaker_link.certificates import Certificate
from speaker_link.envelope import Signer, compose, new_id, sign
from speaker_link.keys import PrivateKey
from speaker_link.kinds import Kind, Priority
from speaker_link.updates import LONGEST_ROLL_BACK_LIFE, Update

from tiengmo.audit.actions import record
from tiengmo.foundation import blobs
from tiengmo.people.models import User
from tiengmo.places.queries import top_units
from tiengmo.speakers import keys
from tiengmo.speakers.errors import SpeakerError
from tiengmo.speakers.models import Artifact, KeyPurpose, StationKey

from .archives import describe

if TYPE_CHECKING:
    from pathlib import Path

    from tiengmo.audit.actors import Actor

SUFFIX = ".txz"
LIFE = timedelta(days=400)


def release_artifact(
    path: Path, *, by: Actor, roll_back_from: str = "", life: timedelta | None = None
) -> Artifact:
    """Say that the boxes of this locality may run this program.

    The key that says so is made here, certified by the root for this alone, used once and thrown
    away: nobody who takes this server over can say it of another program. Whoever runs this holds
    the root key's medium: that, and not an account, is the authority. With `roll_back_from` boxes
    that run that version or a lower one may go down to this program, within two weeks.

    Raises:
        RootKeyMissing: the root's private key is not here.
        SpeakerError: the file is no archive of the builder's, or leads nowhere down.
    """
    root = keys.root_private()
    life = life or LIFE
    if roll_back_from:
        life = min(life, LONGEST_ROLL_BACK_LIFE)
    found = describe(path)
    units = list(top_units())
    if not units:
        raise SpeakerError(_("Chưa có địa bàn nào."))
    sha256 = blobs.put(path, SUFFIX)
    try:
        body = Update(
            version=found.version,
            architecture=found.architecture,
            python=found.python,
            sha256=sha256,
            bytes=found.size,
            unpacked_bytes=found.unpacked_size,
            is_roll_back=bool(roll_back_from),
            from_at_most=roll_back_from or None,
        )
    except ValidationError as error:
        raise SpeakerError(str(error)) from error
    now, key = timezone.now(), PrivateKey.generate()
    areas = [unit.code for unit in units]
    certificate = Certificate(
        serial=new_id(),
        key=key.public,
        holder=f"speaker-agent {found.version} ({found.architecture})",
        areas=areas,
        highest_priority=Priority.ROUTINE,
        kinds=[Kind.UPDATE],
        # A box whose clock is a little behind must take it at once.
        nbf=now - timedelta(minutes=5),
        exp=now + life,
    )
    text = certificates.issue(certificate, root=root)
    message = compose(body, now=now, areas=areas, lives=life)
    with transaction.atomic():
        row = StationKey.objects.create(
            kid=key.kid,
            unit=units[0],
            purpose=KeyPurpose.UPDATE,
            holder=certificate.holder,
            certificate_serial=certificate.serial,
            certificate=text,
            areas=areas,
            highest_priority=Priority.ROUTINE,
            not_before_at=certificate.nbf,
            expires_at=certificate.exp,
        )
        artifact = Artifact.objects.create(
            sha256=sha256,
            version=found.version,
            architecture=found.architecture,
            python=found.python,
            size=found.size,
            unpacked_size=found.unpacked_size,
            is_roll_back=bool(roll_back_from),
            from_at_most=roll_back_from,
            key=row,
            envelope=sign(message, by=[Signer(key, text)]),
            expires_at=message.exp,
            by_name=by.get_full_name() if isinstance(by, User) else by.name,  # type: ignore[union-attr]
        )
        record(
            "speakers.program_released",
            by=by,
            subject=artifact,
            detail={
                "version": found.version,
                "architecture": found.architecture,
                "sha256": sha256,
                "roll_back_from": roll_back_from,
                "key": row.kid,
            },
        )
    return artifact
