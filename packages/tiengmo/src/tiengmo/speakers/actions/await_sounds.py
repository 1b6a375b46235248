from __future__ import annotations

from typing import TYPE_CHECKING

from tiengmo.speakers.models import AwaitedSound

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from tiengmo.places.models import Unit


def await_sounds(
    station: Unit, sounds: Iterable[tuple[str, int]], *, until_at: datetime, reason: str
) -> None:
    """Have a station's boxes fetch sounds that no item names yet: (sha256, bytes) each.

    It reaches them with the station's next schedule, which the caller announces.
    """
    AwaitedSound.objects.bulk_create(
        [
            AwaitedSound(
                station=station, sha256=sha256, bytes=size, until_at=until_at, reason=reason[:120]
            )
            for sha256, size in sounds
        ],
        update_conflicts=True,
        unique_fields=["station", "sha256"],
        update_fields=["until_at", "reason"],
    )
