"""Two invented systems on trial: bulletins for them become files of this machine."""

from __future__ import annotations

from tiengmo.audit import SYSTEM
from tiengmo.channels.partners.actions import save_partner
from tiengmo.channels.partners.models import Partner
from tiengmo.channels.partners.rules import EVERYTHING

NAMES = ("Cổng thông tin tỉnh – trình diễn", "Báo tỉnh – trình diễn")


def ensure_partners() -> None:
    """Let them in where nobody was: no system of that name is anybody's."""
    if Partner.objects.exists():
        return
    for name in NAMES:
        save_partner(
            Partner(),
            by=SYSTEM,
            name=name,
            contact_name="Người phụ trách (dựng để thử)",
            contact="he-thong-ban@trinh-dien.example",
            topics=[EVERYTHING.key],
            is_trial=True,
        )
