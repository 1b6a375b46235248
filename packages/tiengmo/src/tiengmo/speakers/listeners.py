"""What units and villages announce: boxes and stations go on with the successor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone
from speaker_link.kinds import Priority

from .actions import issue_station_key, publish_assignment
from .models import Box, KeyPurpose, StationKey

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tiengmo.audit.actors import Actor
    from tiengmo.places.models import Unit, Village


def on_unit_succeeded(*, predecessor: Unit, successor: Unit, by: Actor, **_: Any) -> None:
    """Certify keys of the successor for its own area and the one it takes over.

    Boxes still stand in the old areas when they judge their new assignment, so its key must cover
    both. Raises RootKeyMissing: without these certificates the merged unit's boxes would obey
    nobody, so the merger waits for the root key.
    """
    now = timezone.now()
    old = StationKey.objects.filter(unit=predecessor, revoked_at=None, expires_at__gt=now).exclude(
        purpose=KeyPurpose.UPDATE
    )  # used once, for what it has signed
    for row in old:
        covered = {code for key in _valid_keys(successor, row.purpose) for code in key.areas}
        if set(row.areas) <= covered:
            continue
        issue_station_key(
            successor,
            by=by,
            purpose=KeyPurpose(row.purpose),
            holder=row.holder,
            highest_priority=Priority(row.highest_priority),
            areas=sorted({successor.code, *covered, *row.areas}),
        )


def _valid_keys(unit: Unit, purpose: str) -> Iterable[StationKey]:
    return StationKey.objects.filter(
        unit=unit, purpose=purpose, revoked_at=None, expires_at__gt=timezone.now()
    )


def on_villages_moved(*, villages: list[Village], **_: Any) -> None:
    """Tell the boxes of these villages where they stand now."""
    boxes = Box.objects.filter(village__in=villages, retired_at=None)
    for box in boxes.select_related("village__unit"):
        publish_assignment(box)
