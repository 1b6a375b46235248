from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from speaker_link.kinds import Priority

from tiengmo.places.queries import top_units
from tiengmo.speakers import keys
from tiengmo.speakers.models import KeyPurpose, StationKey

from .issue_station_key import issue_station_key

if TYPE_CHECKING:
    from tiengmo.audit.actors import Actor


_HOLDERS = {KeyPurpose.GATEWAY: "Cổng loa {unit}", KeyPurpose.BOARD: "Bảng chữ {unit}"}


def set_up_keys(*, by: Actor) -> list[StationKey]:
    """Make the root key, the gateway's keys and the top stations' keys, where they are missing.

    Raises:
        RootKeyMissing: keys are missing and the root key is away.
    """
    keys.make_root()
    issued = []
    for unit in top_units():
        for purpose, priority in (
            (KeyPurpose.GATEWAY, Priority.ROUTINE),
            (KeyPurpose.STATION, Priority.PRIORITY),
            # Covers the boards of every station below.
            (KeyPurpose.BOARD, Priority.PRIORITY),
        ):
            if not has_valid_key(unit.pk, purpose):
                holder = _HOLDERS.get(purpose, "").format(unit=unit.name)
                issued.append(
                    issue_station_key(
                        unit, by=by, purpose=purpose, holder=holder, highest_priority=priority
                    )
                )
    return issued


def has_valid_key(unit_id: int, purpose: KeyPurpose) -> bool:
    return StationKey.objects.filter(
        unit_id=unit_id, purpose=purpose, revoked_at=None, expires_at__gt=timezone.now()
    ).exists()
