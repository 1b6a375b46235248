"""The list of keys that boxes must distrust, of stations and of people, signed by the root.

The signed list, not the rows it was made of, is what a key was taken back by: whoever owns the
database can empty a column, but signs no list. The last list also stands in a file beside the
root's public key, so that an older one in the database changes nothing.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from django.utils import timezone
from speaker_link import topics
from speaker_link.envelope import Signer, compose, sign
from speaker_link.errors import Refused
from speaker_link.messages import Revocations, RevokedKey
from speaker_link.replay import MemoryReplayCache
from speaker_link.trust import Scope, Trust
from speaker_link.verification import verify

from . import keys
from .models import IssuerKey, RetainedMessage, StationKey
from .retention import retain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from speaker_link.keys import PrivateKey

logger = logging.getLogger(__name__)

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
    known = {entry.certificate or entry.kid for entry in revoked}
    # What was revoked once stays so, whatever became of its row.
    revoked += [one for one in _signed_entries() if (one.certificate or one.kid) not in known]
    row = retain(
        topics.REVOCATIONS,
        lambda version: sign(
            compose(Revocations(version=version, revoked=revoked), now=timezone.now()),
            by=[Signer(root)],
        ),
    )
    # If the transaction is lost after this, one key too many is distrusted here until it is redone.
    keys.keep_signed_revocations(row.payload)


def trust_now() -> Trust:
    """The root with everything that its signed lists took back. Raises RootKeyMissing."""
    revoked = {one.certificate or one.kid or "" for one in _signed_entries()}
    return replace(Trust.in_root(keys.root_public()), revoked=frozenset(revoked))


def _signed_entries() -> list[RevokedKey]:
    """Of every list at hand that the root has signed; what it has not signed says nothing."""
    retained = RetainedMessage.objects.filter(topic=topics.REVOCATIONS)
    texts = {*retained.values_list("payload", flat=True), keys.signed_revocations()} - {""}
    found: dict[str, RevokedKey] = {}
    for text in sorted(texts):
        try:
            message = verify(
                text,
                trust=Trust.in_root(keys.root_public()),
                scope=Scope(serial="server"),
                now=timezone.now(),
                replay=MemoryReplayCache(),
                topic=topics.REVOCATIONS,
            )
        except Refused:
            logger.exception("a list of revoked keys that the root has not signed")
            continue
        for one in message.body.revoked:
            found.setdefault(one.certificate or one.kid or "", one)
    return sorted(found.values(), key=lambda one: (one.revoked_at, one.certificate or one.kid))


def _when(row: StationKey | IssuerKey) -> tuple[datetime, str]:
    return row.revoked_at or row.created_at, row.kid
