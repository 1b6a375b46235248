"""The key that signs for a standing certificate: on this machine's disk, never in the database.

It is one holder for boxes, and one for all standing certificates together: two of them never make
an emergency, a person must always sign too.
"""

from __future__ import annotations

import json
import os
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone
from speaker_link import certificates
from speaker_link.certificates import Certificate
from speaker_link.envelope import Signer, new_id
from speaker_link.keys import PrivateKey
from speaker_link.kinds import Kind, Priority

from .season import windows

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from pathlib import Path

    from .paper import Paper

# The same for every standing certificate of an installation: see above.
HOLDER = "CAP: dịch vụ nhận tin của cơ quan khác"


def _file(kid: str) -> Path:
    return settings.KEYS / "standing" / f"{kid}.jwk"


def make() -> PrivateKey:
    """A new key, kept where only the server's own account reads it."""
    key = PrivateKey.generate()
    path = _file(key.kid)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(key.to_jwk(), file)
    return key


def destroy(kid: str) -> None:
    """Nothing can be signed with it from here on, whatever the database says."""
    _file(kid).unlink(missing_ok=True)


def certify(paper: Paper, *, root: PrivateKey) -> list[dict[str, str]]:
    """One certificate a season until the paper ends: so boxes need no calendar."""
    now = timezone.now()
    found = []
    for start, end in windows(
        paper.season_first,
        paper.season_last,
        begin=timezone.localdate(now),
        until=datetime.fromisoformat(paper.until).date(),
    ):
        certificate = Certificate(
            serial=new_id(),
            key=paper.key,
            holder=HOLDER,
            areas=sorted(paper.areas),
            highest_priority=Priority.EMERGENCY,
            kinds=[Kind.ALERT],
            # A box whose clock is a little behind must take it at once.
            nbf=max(_midnight(start), now) - timedelta(minutes=5),
            exp=_midnight(end + timedelta(days=1)),
        )
        found.append(
            {
                "serial": certificate.serial,
                "nbf": certificate.nbf.isoformat(),
                "exp": certificate.exp.isoformat(),
                "text": certificates.issue(certificate, root=root),
            }
        )
    return found


def signer(paper: Paper, known: Iterable[dict[str, Any]], *, now: datetime) -> Signer | None:
    """The key with the certificate of the season that is now; None when either is not here."""
    text = next(
        (
            one["text"]
            for one in known
            if datetime.fromisoformat(one["nbf"]) <= now < datetime.fromisoformat(one["exp"])
        ),
        None,
    )
    try:
        raw = _file(paper.key.kid).read_text()
    except FileNotFoundError:
        return None
    return Signer(PrivateKey.from_jwk(json.loads(raw)), text) if text is not None else None


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
