from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from tiengmo.releases.models import Delivery


def retract_receipts(delivery: Delivery, *, keep: Collection[str]) -> int:
    """Forget proofs that whoever gave them corrected; say how many. Those in `keep` stand.

    For what people wrote down and take back: what a device proved once stays proved.
    """
    gone, _by_model = delivery.receipts.exclude(key__in=keep).delete()
    return gone
