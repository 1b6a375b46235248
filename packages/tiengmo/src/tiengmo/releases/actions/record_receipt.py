from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tiengmo.releases.models import Receipt

if TYPE_CHECKING:
    from datetime import datetime

    from tiengmo.places.models import Village
    from tiengmo.releases.models import Delivery


def record_receipt(
    delivery: Delivery,
    *,
    key: str,
    kind: str,
    at: datetime,
    method: str,
    village: Village | None = None,
    language: str = "",
    households: tuple[int, int] = (0, 0),
    proof: dict[str, Any] | None = None,
) -> Receipt:
    """Note a proof once: the same key again changes nothing. households: (at least, at most)."""
    lo, hi = households
    receipt, _is_new = Receipt.objects.get_or_create(
        key=key,
        defaults={
            "delivery": delivery,
            "kind": kind,
            "at": at,
            "village": village,
            "language": language,
            "households_lo": lo,
            "households_hi": max(lo, hi),
            "method": method,
            "proof": proof or {},
        },
    )
    return receipt
