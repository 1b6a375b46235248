"""The list of keys that boxes must distrust, of stations and of people, signed by the root."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from django.utils import timezone
from speaker_link import topics
from speaker_link.envelope import Signer, compose, sign
from speaker_link.messages import Revocations, RevokedKey

from .models import IssuerKey, StationKey
from .retention import retain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from speaker_link.keys import PrivateKey


_elsewhere: list[Callable[[], Iterable[RevokedKey]]] = []


def let_revoke(asker: Callable[[], Iterable[RevokedKey]]) -> None:
    """Register an app above that has keys of its own which boxes obey; again changes nothing."""
    if asker not in _elsewhere:
        _elsewhere.append(asker)


def revoked_elsewhere() -> list[RevokedKey]:
    return [entry for asker in _elsewhere for entry in asker()]


def publish_revocations(root: PrivateKey) -> None:
    """Have the whole list stand on the broker."""
    rows: Iterable[StationKey | IssuerKey] = chain(
        StationKey.objects.exclude(revoked_at=None), IssuerKey.objects.exclude(revoked_at=None)
    )
    revoked = [
        RevokedKey(kid=row.kid, revoked_at=row.revoked_at, reason=row.revocation_reason)
        for row in sorted(rows, key=_when)
        if row.revoked_at is not None
    ] + revoked_elsewhere()
    retain(
        topics.REVOCATIONS,
        lambda version: sign(
            compose(Revocations(version=version, revoked=revoked), now=timezone.now()),
            by=[Signer(root)],
        ),
    )


def _when(row: StationKey | IssuerKey) -> tuple[datetime, str]:
    return row.revoked_at or row.created_at, row.kid
